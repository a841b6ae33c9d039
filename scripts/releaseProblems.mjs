// What keeps a version from being released.

const heading = /^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$/m;

/** The changelog, cut before and behind what is not released yet. */
export function readChangelog(text) {
  const [before, rest] = text.split(/^## Unreleased\n/m);
  const end = rest === undefined ? -1 : rest.search(heading);
  return {
    before: before ?? "",
    unreleased: end === -1 ? (rest ?? "") : rest.slice(0, end),
    after: end === -1 ? "" : rest.slice(end),
  };
}

/**
 * @param version what package.json has
 * @param changed what git says is not committed
 * @param documents texts by their names
 */
export function findReleaseProblems({ version, changelog, changed, tags, documents }) {
  const { unreleased, after } = readChangelog(changelog);
  const [, last] = heading.exec(after) ?? [];
  return [
    ...(changed === "" ? [] : [`something is not committed; commit it or put it away:\n${changed}`]),
    ...(/^\d+\.\d+\.\d+$/.test(version)
      ? []
      : [`package.json: version ${version} is not MAJOR.MINOR.PATCH; write it so`]),
    ...(last !== undefined && compareVersions(version, last) <= 0
      ? [`package.json: version ${version} is not above ${last}, the last one in CHANGELOG.md; raise it`]
      : []),
    ...(tags.includes(`v${version}`) ? [`v${version} is a tag already; raise version in package.json`] : []),
    ...(/^- /m.test(unreleased) ? [] : ['CHANGELOG.md: nothing stands under "Unreleased"; say what is new']),
    ...Object.entries(documents).flatMap(([file, text]) => wrongPackages(file, text, version)),
  ];
}

/** Packages that a document names by another version. */
function wrongPackages(file, text, version) {
  const named = new Set(
    [...text.matchAll(/pulumi-portknock-(\d+\.\d+\.\d+)\.tgz/g)].map(([, other]) => other),
  );
  return [...named]
    .filter((other) => other !== version)
    .map((other) => `${file}: names the package of ${other}; this is ${version}`);
}

export function nextMinor(version) {
  const [major, minor] = version.split(".").map(Number);
  return `${major}.${minor + 1}.0`;
}

function compareVersions(one, other) {
  const [left, right] = [one, other].map((text) => text.split(".").map(Number));
  const index = left.findIndex((part, position) => part !== right[position]);
  return index === -1 ? 0 : left[index] - right[index];
}
