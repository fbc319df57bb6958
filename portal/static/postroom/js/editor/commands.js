// What the buttons above the editor and its keys write, in each kind of message.

const SHAPES = {
  markdown: {
    bold: ["**", "**"],
    italic: ["*", "*"],
    heading: ["\n## ", "\n"],
    list: ["\n* ", "\n"],
    link: ["[", "](https://)"],
    button: ["\n\n[", '](https:// "button")\n\n'],
  },
  html: {
    bold: ["<strong>", "</strong>"],
    italic: ["<em>", "</em>"],
    heading: ["<h2>", "</h2>"],
    list: ["<ul>\n  <li>", "</li>\n</ul>"],
    link: ['<a href="https://">', "</a>"],
    button: ['<p><a href="https://" role="button">', "</a></p>"],
  },
};
SHAPES.mjml = { ...SHAPES.html, button: ['<mj-button href="https://">', "</mj-button>"] };

export function isCommand(name) {
  return name in SHAPES.markdown;
}

// Puts the shape around what is selected, or around `words`; the address is selected where one has to be typed.
export function write(view, kind, name, words) {
  const [before, after] = SHAPES[kind]?.[name] ?? SHAPES.html[name];
  const { from, to } = view.state.selection.main;
  const text = view.state.sliceDoc(from, to) || words;
  const start = startOf(view, from, before);
  const insert = start + text + after;
  const address = insert.indexOf("https://");
  const selection =
    address >= 0 && from !== to
      ? { anchor: from + address, head: from + address + 8 }
      : { anchor: from + start.length, head: from + start.length + text.length };
  view.dispatch({ changes: { from, to, insert }, selection, scrollIntoView: true, userEvent: "input" });
  view.focus();
}

// A heading begins its own line: without an empty line too many where one begins already.
function startOf(view, at, before) {
  if (!before.startsWith("\n")) return before;
  const line = view.state.doc.lineAt(at);
  return line.from === at ? before.replace(/^\n+/, "") : before;
}

// Puts a finished piece of text at the cursor.
export function insertText(view, text) {
  view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input" });
  view.focus();
}
