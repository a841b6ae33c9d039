import { expect, test } from "vitest";
import { publicTypes } from "../../site/reference";

test("every public type is described, and so is each of its fields", () => {
  const types = publicTypes();
  const undescribed = types.flatMap((type) => [
    ...(type.description === "" ? [type.name] : []),
    ...type.fields.filter(({ description }) => description === "").map(({ name }) => `${type.name}.${name}`),
  ]);
  expect(undescribed).toEqual([]);
  expect(types.flatMap(({ fields }) => fields).length).toBeGreaterThan(60);
});

test("an argument that may be left out says what holds then", () => {
  const silent = publicTypes().flatMap((type) =>
    type.fields
      .filter((field) => type.name.endsWith("Args") && !field.isRequired && field.default === undefined)
      .map(({ name }) => `${type.name}.${name}`),
  );
  expect(silent).toEqual([]);
});
