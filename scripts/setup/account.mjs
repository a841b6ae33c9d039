/** What set-up says: one line per step, quiet about what is already there. */

const problems = [];
let announced = false;

/** Runs `work`, saying what is installed, how long it should take, and how long it took. */
export async function install(what, expected, work) {
  announced = true;
  const started = Date.now();
  console.log(`set-up: ${what}: installing (${expected})`);
  const result = await work();
  console.log(`set-up: ${what}: took ${seconds(started)} s`);
  return result;
}

/** Something that cannot be had here: printed now and again at the end, with its remedy. */
export function problem(what, remedy, error) {
  problems.push(`${what}; ${remedy}`);
  console.error(`set-up: !! ${what}; ${remedy}`);
  if (error !== undefined) console.error(shorten(error.message));
}

export function note(text) {
  announced = true;
  console.log(`set-up: ${text}`);
}

/** The last words; true when everything is there. */
export function conclude() {
  if (problems.length > 0) {
    console.error(
      `\nset-up: !! ${problems.length === 1 ? "one thing is" : `${problems.length} things are`} missing`,
    );
    for (const text of problems) console.error(`        - ${text}`);
    console.error("");
    return false;
  }
  if (announced) console.log("set-up: ok");
  return true;
}

export function seconds(started) {
  return ((Date.now() - started) / 1000).toFixed(1);
}

function shorten(text) {
  const lines = text.trimEnd().split("\n");
  const shown = lines.length > 20 ? [...lines.slice(0, 20), `… and ${lines.length - 20} lines more`] : lines;
  return shown.map((line) => `        ${line}`).join("\n");
}
