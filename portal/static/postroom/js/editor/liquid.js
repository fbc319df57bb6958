// Liquid in the editor: marks for {{ … }} and {% … %}, and what may be written inside them.
import { Decoration, MatchDecorator, ViewPlugin, autocompletion, snippet } from "../../vendor/codemirror.js";

const LOOK_BACK = 400;

const marks = new MatchDecorator({
  regexp: /\{\{[^{}]*\}\}|\{%[^{}]*?%\}/g,
  decoration: (match) => Decoration.mark({ class: match[0][1] === "%" ? "cm-liquid cm-liquid-tag" : "cm-liquid" }),
});

export const liquidMarks = ViewPlugin.define(
  (view) => ({
    decorations: marks.createDeco(view),
    update(change) {
      this.decorations = marks.updateDeco(change, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

// What stands between the last opening and the cursor; null outside of Liquid.
function openPiece(state, position) {
  const before = state.sliceDoc(Math.max(0, position - LOOK_BACK), position);
  const start = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
  const end = Math.max(before.lastIndexOf("}}"), before.lastIndexOf("%}"));
  if (start < 0 || end > start) return null;
  return { isTag: before[start + 1] === "%", inside: before.slice(start + 2) };
}

function closing(view, at, end) {
  return view.state.sliceDoc(at, at + 4).trimStart().startsWith(end) ? "" : ` ${end}`;
}

function insertField(view, choice, from, to) {
  const space = /[\s(]/.test(view.state.sliceDoc(from - 1, from)) ? "" : " ";
  const text = `${space}${choice.label}`;
  const end = closing(view, to, "}}");
  view.dispatch({
    changes: { from, to, insert: text + end },
    selection: { anchor: from + text.length + end.length },
    userEvent: "input.complete",
  });
}

function insertTag(view, choice, from, to) {
  const space = /\s/.test(view.state.sliceDoc(from - 1, from)) ? "" : " ";
  const rest = view.state.sliceDoc(to, to + 4).match(/^\s*%\}/);
  snippet(space + choice.shape)(view, choice, from, to + (rest ? rest[0].length : 0));
}

function options(words, type, apply) {
  return words.map((word, place) => ({
    label: word.name,
    detail: word.about,
    shape: word.shape,
    type,
    boost: -place / words.length,
    apply: apply ?? (word.shape ? snippet(word.shape) : undefined),
  }));
}

function sourceOf(words) {
  const fields = options(words.fields, "variable", insertField);
  const names = options(words.fields, "variable", undefined);
  const filters = options(words.filters, "function", undefined);
  const tags = options(words.tags, "keyword", insertTag);
  return (context) => {
    const piece = openPiece(context.state, context.pos);
    if (!piece) return null;
    const word = piece.inside.match(/\w*$/)[0];
    const answer = (choices) => ({ from: context.pos - word.length, options: choices, validFor: /^\w*$/ });
    if (/\|\s*\w*$/.test(piece.inside)) return answer(filters);
    if (/^-?\s*\w*$/.test(piece.inside)) return answer(piece.isTag ? tags : fields);
    return piece.isTag && /(\s|[(=<>])\w*$/.test(piece.inside) ? answer(names) : null;
  };
}

// Completion with what the portal knows; `words` is the answer of the address that the page names.
export function liquidCompletion(words) {
  return autocompletion({ override: [sourceOf(words)], icons: false, interactionDelay: 0 });
}
