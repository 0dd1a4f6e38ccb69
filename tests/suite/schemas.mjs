// Looks at manifests with the published schemas of their kinds.
//
// node schemas.mjs PARTS DOCUMENTS: DOCUMENTS is a JSON list of {place, object}. Prints how many of
// each kind were looked at, and those of which no schema is at hand; exits with 1 if one is refused.
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [parts, file] = process.argv.slice(2);
const packages = {
  "cnpg.io": "@kubernetes-models/cloudnative-pg",
  "fluxcd.io": "@kubernetes-models/flux-cd",
  "k8s.io": "kubernetes-models",
};

async function schema({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const of = Object.keys(packages).find((suffix) => group.endsWith(suffix));
  const name = of ? packages[of] : group.includes(".") ? undefined : "kubernetes-models";
  if (!name) return undefined;
  const path = [parts, "node_modules", name, group, version, "index.js"].filter(Boolean).join("/");
  return existsSync(path) ? (await import(pathToFileURL(path)))[kind] : undefined;
}

const counts = new Map();
let refused = 0;
for (const { place, object } of JSON.parse(readFileSync(file, "utf8"))) {
  // A kustomization may leave out what it is.
  if (!object?.kind) continue;
  const what = `${object.kind} ${object.apiVersion}`;
  const Model = await schema(object);
  const told = Model ? what : `no schema: ${what}`;
  counts.set(told, (counts.get(told) ?? 0) + 1);
  if (!Model) continue;
  try {
    new Model(object).validate();
  } catch (error) {
    refused += 1;
    console.log(`${place}: ${what}: ${error.message}`);
  }
}
for (const [what, count] of [...counts].sort()) console.log(`${String(count).padStart(5)} ${what}`);
process.exit(refused ? 1 : 0);
