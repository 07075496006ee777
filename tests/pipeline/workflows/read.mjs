// GitHub's own reader of workflows and evaluator of expressions, for actions.py.
//
// A request is a line of JSON on standard input, its answer a line on standard output:
//   {"workflow": text}                     -> {"value": the workflow}
//   {"evaluate": value, "contexts": {...}, "status": "success"} -> {"value": the same,
//                                             with the expressions in it replaced}
// What the parser or the evaluator refuses is {"errors": [...]}.

import { register } from "node:module";
import { createInterface } from "node:readline";

// The packages import JSON as bundlers understand it, and Node does not
// (actions/languageservices#387).
const hook = `
import { readFile } from "node:fs/promises";
export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  const source = "export default " + (await readFile(new URL(url), "utf8"));
  return { format: "module", source, shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { data, Evaluator, Lexer, Parser } = await import("@actions/expressions");
const { convertWorkflowTemplate, isMapping, isSequence, NoOperationTraceWriter, parseWorkflow } =
  await import("@actions/workflow-parser");

// A token of the parser as JSON; an expression is a text `${{ ... }}` of its own.
function plain(token) {
  if (token.isExpression) return `\${{ ${token.expression} }}`;
  if (isSequence(token)) return [...token].map(plain);
  if (isMapping(token)) {
    return Object.fromEntries([...token].map(({ key, value }) => [plain(key), plain(value)]));
  }
  return token.value ?? null;
}

async function workflow(text) {
  const read = parseWorkflow({ name: "workflow", content: text }, new NoOperationTraceWriter());
  const converted = await convertWorkflowTemplate(read.context, read.value);
  const errors = read.context.errors.getErrors().map(String);
  if (errors.length) return { errors };
  const value = plain(read.value);
  for (const job of converted.jobs) {
    // The converter knows which conditions ask for success by themselves.
    const given = value.jobs[job.id.value];
    given.if = plain(job.if);
    given.needs = (job.needs ?? []).map(plain);
    job.steps.forEach((step, place) => {
      given.steps[place].if = plain(step.if);
      given.steps[place].id = step.id;
    });
  }
  return { value };
}

function evaluate(value, contexts, status) {
  const says = (name, holds) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(holds),
  });
  const functions = [
    says("always", true),
    says("cancelled", status === "cancelled"),
    says("failure", status === "failure"),
    says("success", status === "success"),
  ];
  const known = new Map(functions.map((one) => [one.name, one]));
  const given = JSON.parse(JSON.stringify(contexts), data.reviver);
  const replaced = (found) => {
    if (Array.isArray(found)) return found.map(replaced);
    if (found && typeof found === "object") {
      return Object.fromEntries(Object.entries(found).map(([k, v]) => [k, replaced(v)]));
    }
    const expression = /^\$\{\{(.*)\}\}$/s.exec(found)?.[1];
    if (expression === undefined) return found;
    const { tokens } = new Lexer(expression).lex();
    const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
    const result = new Evaluator(tree, given, known).evaluate();
    return JSON.parse(JSON.stringify(result, data.replacer));
  };
  return { value: replaced(value) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer =
      "workflow" in asked
        ? await workflow(asked.workflow)
        : evaluate(asked.evaluate, asked.contexts, asked.status);
  } catch (error) {
    answer = { errors: [String(error)] };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
