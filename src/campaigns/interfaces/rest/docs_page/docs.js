// Reads the OpenAPI description of this very service and writes it out. Everything is set as text, never as markup.
import { tryOut } from "./try.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function resolved(spec, node) {
  if (!node?.$ref) return node;
  return node.$ref.slice(2).split("/").reduce((found, step) => found[step], spec);
}

function typeOf(spec, schema, depth = 0) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (choices) return choices.map((choice) => typeOf(spec, choice, depth + 1)).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return `${typeOf(spec, schema.items, depth + 1)}[]`;
  return [schema.type, schema.format].filter(Boolean).join(" ") + bounds(schema);
}

function bounds(schema) {
  const parts = [];
  if (schema.minimum !== undefined || schema.maximum !== undefined) parts.push(`${schema.minimum ?? "…"} to ${schema.maximum ?? "…"}`);
  if (schema.minLength !== undefined || schema.maxLength !== undefined) parts.push(`${schema.minLength ?? 0} to ${schema.maxLength ?? "…"} long`);
  if (schema.pattern) parts.push(schema.pattern);
  return parts.length ? ` (${parts.join(", ")})` : "";
}

function fields(spec, schema) {
  const object = resolved(spec, schema);
  if (!object?.properties) return element("p", {}, typeOf(spec, schema));
  const required = new Set(object.required ?? []);
  const rows = Object.entries(object.properties).map(([name, field]) => element("tr", {},
    element("td", {}, element("code", {}, name + (required.has(name) ? " *" : ""))),
    element("td", {}, typeOf(spec, field)),
    element("td", {}, resolved(spec, field)?.description ?? "")));
  return element("table", {}, ...rows);
}

function answers(spec, operation) {
  return element("table", {}, ...Object.entries(operation.responses).map(([status, answer]) => {
    const known = resolved(spec, answer);
    const schema = Object.values(known.content ?? {})[0]?.schema;
    return element("tr", {}, element("td", {}, element("code", {}, status)),
      element("td", {}, known.description ?? ""), element("td", {}, typeOf(spec, schema)));
  }));
}

function operationCard(spec, path, method, operation) {
  const body = operation.requestBody && Object.entries(operation.requestBody.content)[0];
  const summary = element("summary", {}, element("span", { class: "method" }, method.toUpperCase()),
    element("span", { class: "path" }, path), " ", operation.summary ?? "");
  const inside = element("div", { class: "inside" },
    element("p", {}, operation.description ?? ""),
    operation["x-required-scope"] ? element("p", { class: "scope" }, `Needs the scope ${operation["x-required-scope"]}`) : null,
    body ? element("h3", {}, `Body: ${typeOf(spec, body[1].schema) || body[0]}`) : null,
    body ? fields(spec, body[1].schema) : null,
    element("h3", {}, "Answers"), answers(spec, operation),
    tryOut(spec, path, method, operation));
  const details = element("details", {}, summary, inside);
  return element("article", { id: operation.operationId, "data-words": `${method} ${path} ${operation.summary ?? ""} ${operation.description ?? ""}`.toLowerCase() }, details);
}

function byTag(spec) {
  const groups = new Map();
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of METHODS.filter((known) => item[known])) {
      const tag = item[method].tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), [path, method, item[method]]]);
    }
  }
  return groups;
}

function show(spec) {
  document.getElementById("title").textContent = `${spec.info.title} ${spec.info.version}`;
  const contents = document.getElementById("contents");
  const main = document.getElementById("operations");
  main.replaceChildren(...(spec.info.description ?? "").split("\n\n").map((text) => element("p", {}, text)));
  for (const [tag, operations] of byTag(spec)) {
    contents.append(element("h2", {}, tag));
    main.append(element("h2", {}, tag));
    for (const [path, method, operation] of operations) {
      contents.append(element("a", { href: `#${operation.operationId}` }, `${method.toUpperCase()} ${path.replace("/api/v1", "")}`));
      main.append(operationCard(spec, path, method, operation));
    }
  }
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const card of main.querySelectorAll("article")) card.hidden = !card.dataset.words.includes(wanted);
  });
  addEventListener("hashchange", open);
  open();
}

function open() {
  const details = document.querySelector(`${location.hash ? `[id="${CSS.escape(location.hash.slice(1))}"]` : "none"} > details`);
  if (details) details.open = true;
}

const answer = await fetch("/schema/openapi.json");
if (answer.ok) show(await answer.json());
else document.getElementById("operations").replaceChildren(element("p", {}, `The description cannot be read: ${answer.status}`));
