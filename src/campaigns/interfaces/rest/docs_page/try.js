// Sends a request from the page and shows what came back.
import { element, resolved } from "./docs.js";

export function tryOut(spec, path, method, operation) {
  const parameters = (operation.parameters ?? []).map((parameter) => resolved(spec, parameter));
  const inputs = new Map(parameters.map((parameter) => [parameter, element("input", { "aria-label": parameter.name })]));
  const [mediaType, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const body = mediaType === "application/json" ? element("textarea", { "aria-label": "Body" }) : null;
  if (body) body.value = JSON.stringify(media.example ?? {}, null, 2);
  const file = mediaType === "multipart/form-data" ? element("input", { type: "file", "aria-label": "File" }) : null;
  const result = element("pre", { hidden: "" });
  const button = element("button", { type: "button" }, "Send");
  button.addEventListener("click", async () => {
    result.hidden = false;
    result.textContent = "…";
    result.textContent = await sent(path, method, inputs, body, file).catch((error) => String(error));
  });
  const rows = [...inputs].map(([parameter, input]) => element("tr", {},
    element("td", {}, element("code", {}, parameter.name + (parameter.required ? " *" : ""))),
    element("td", {}, parameter.in), element("td", {}, input), element("td", {}, parameter.description ?? "")));
  return element("div", {}, element("h3", {}, "Try it"), element("table", {}, ...rows), body, file, button, result);
}

async function sent(path, method, inputs, body, file) {
  const { address, headers } = filledIn(path, inputs);
  const key = document.getElementById("api-key").value.trim();
  if (key) headers["X-API-Key"] = key;
  const request = { method: method.toUpperCase(), headers };
  if (body) [request.body, headers["Content-Type"]] = [body.value, "application/json"];
  if (file?.files[0]) {
    request.body = new FormData();
    request.body.append("file", file.files[0]);
  }
  const began = performance.now();
  const answer = await fetch(address, request);
  const spent = Math.round(performance.now() - began);
  const shown = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return `${answer.status} ${answer.statusText} in ${spent} ms\n${shown}\n\n${pretty(await answer.text())}`;
}

function filledIn(path, inputs) {
  let filled = path;
  const query = new URLSearchParams();
  const headers = {};
  for (const [parameter, { value }] of inputs) {
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value === "") continue;
    else if (parameter.in === "query") query.append(parameter.name, value);
    else headers[parameter.name] = value;
  }
  return { address: query.size ? `${filled}?${query}` : filled, headers };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
