// Prints the licence of every package that is in the bundle, equal ones together.
//   node licences.js METAFILE
import { existsSync, readFileSync } from "node:fs";

const { inputs } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const folders = new Set(Object.keys(inputs).flatMap((path) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []));
const packagesByText = new Map();

for (const folder of [...folders].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  if (license !== "MIT" || !existsSync(`${folder}/LICENSE`)) throw new Error(`${name}: look at its licence (${license})`);
  const text = readFileSync(`${folder}/LICENSE`, "utf8").trim();
  packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version}`]);
}

console.log("codemirror.js is built from these packages, each under the MIT licence.");
for (const [text, packages] of packagesByText) console.log(`\n${"=".repeat(79)}\n${packages.join("\n")}\n\n${text}`);
