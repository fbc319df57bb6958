// The editor in place of a textarea: CodeMirror in a shadow root, because only there its styles pass the strict CSP.
//
// <div data-editor data-words-url="…"> holds the textarea, which stays what the form posts: the editor writes into it, and
// what others write into it comes into the editor.
import {
  Compartment,
  EditorState,
  EditorView,
  bracketMatching,
  completionKeymap,
  defaultKeymap,
  forEachDiagnostic,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  history,
  historyKeymap,
  html,
  keymap,
  lineNumbers,
  lintGutter,
  lintKeymap,
  markdown,
  nextDiagnostic,
  search,
  searchKeymap,
  setDiagnostics,
  startCompletion,
} from "../../vendor/codemirror.js";
import { insertText, isCommand, write } from "./commands.js";
import { liquidCompletion, liquidMarks } from "./liquid.js";
import { theme } from "./theme.js";

const LANGUAGES = { markdown: () => markdown(), mjml: () => html(), html: () => html() };

export class Writing {
  constructor(box, textarea, kind) {
    this.box = box;
    this.textarea = textarea;
    this.kind = kind;
    this.language = new Compartment();
    this.completion = new Compartment();
    this.view = new EditorView({ state: this.firstState(), parent: this.host(), root: this.root });
    this.followTextarea();
    this.offerWords();
  }

  host() {
    const host = document.createElement("div");
    host.className = "editor-host";
    this.root = host.attachShadow({ mode: "open" });
    // Outside of the shadow the page cannot see that a key was meant for the text; its own keys are for elsewhere.
    for (const event of ["keydown", "keypress", "keyup"]) host.addEventListener(event, (key) => key.stopPropagation());
    this.textarea.after(host);
    this.textarea.classList.add("editor-source");
    this.textarea.tabIndex = -1;
    this.textarea.setAttribute("aria-hidden", "true");
    this.textarea.addEventListener("focus", () => this.view.focus());
    return this.root;
  }

  firstState() {
    const label = this.textarea.labels[0]?.textContent.trim() ?? "";
    const keys = this.box.querySelector("[data-editor-keys]");
    return EditorState.create({
      doc: this.textarea.value,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        bracketMatching(),
        search({ top: true }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": [label, keys?.textContent.replace(/\s+/g, " ").trim()].filter(Boolean).join(". "),
          tabindex: "0", // browsers focus what is editable anyhow; axe asks for it where the text scrolls
          spellcheck: "true",
          autocapitalize: "sentences",
        }),
        keymap.of([
          { key: "Mod-b", run: () => this.command("bold") },
          { key: "Mod-i", run: () => this.command("italic") },
          { key: "Mod-k", run: () => this.command("link") },
          ...completionKeymap,
          ...lintKeymap,
          ...searchKeymap.filter((binding) => binding.key !== "Mod-Enter"),
          ...historyKeymap,
          ...defaultKeymap.filter((binding) => !["Mod-Enter", "Mod-i", "Mod-k"].includes(binding.key)),
        ]),
        liquidMarks,
        theme,
        this.language.of(LANGUAGES[this.kind]?.() ?? []),
        this.completion.of([]),
        EditorView.updateListener.of((change) => this.changed(change)),
      ],
    });
  }

  changed(change) {
    if (change.docChanged) this.writeTextarea();
    if (change.selectionSet || change.docChanged || change.transactions.length) this.tellProblemHere();
  }

  writeTextarea() {
    this.textarea.value = this.view.state.doc.toString();
    this.textarea.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: this }));
  }

  followTextarea() {
    this.textarea.addEventListener("input", (event) => {
      if (event.detail !== this) this.readTextarea();
    });
    this.textarea.form?.addEventListener("reset", () => setTimeout(() => this.readTextarea()));
  }

  readTextarea() {
    const { state } = this.view;
    if (state.doc.toString() === this.textarea.value) return;
    const cursor = Math.min(this.textarea.selectionEnd, this.textarea.value.length);
    this.view.dispatch({
      changes: { from: 0, to: state.doc.length, insert: this.textarea.value },
      selection: { anchor: cursor },
    });
  }

  async offerWords() {
    const url = this.box.dataset.wordsUrl;
    const answer = url && (await fetch(url, { redirect: "error" }).catch(() => null));
    if (!answer?.ok) return;
    this.view.dispatch({ effects: this.completion.reconfigure(liquidCompletion(await answer.json())) });
    this.box.dataset.words = "offered";
  }

  setKind(kind) {
    this.kind = kind;
    this.view.dispatch({ effects: this.language.reconfigure(LANGUAGES[kind]?.() ?? []) });
  }

  command(name) {
    if (isCommand(name)) write(this.view, this.kind, name, this.box.dataset.textWords ?? "");
    if (name === "field") this.offerFields();
    return true;
  }

  offerFields() {
    insertText(this.view, "{{ ");
    startCompletion(this.view);
  }

  insert(text) {
    insertText(this.view, text);
  }

  // `problems`: {line, column, length, level, message}, counted from 1 in the text as it was when it was checked.
  showProblems(problems) {
    const { doc } = this.view.state;
    const found = problems
      .filter((problem) => problem.line >= 1 && problem.line <= doc.lines)
      .map((problem) => ({ ...rangeOf(doc.line(problem.line), problem), severity: problem.level, message: problem.message }))
      .sort((one, other) => one.from - other.from);
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  nextProblem() {
    this.view.focus();
    return nextDiagnostic(this.view);
  }

  tellProblemHere() {
    const place = this.box.querySelector("[data-editor-problem]");
    if (!place) return;
    const { head } = this.view.state.selection.main;
    let text = "";
    forEachDiagnostic(this.view.state, (problem, from, to) => {
      if (from <= head && head <= to) text = problem.message;
    });
    if (place.textContent !== text) place.textContent = text;
  }

  goTo(line, column) {
    const place = this.view.state.doc.line(Math.min(Math.max(line, 1), this.view.state.doc.lines));
    this.view.dispatch({
      selection: { anchor: Math.min(place.from + Math.max(column - 1, 0), place.to) },
      scrollIntoView: true,
    });
    this.view.focus();
  }
}

function rangeOf(line, { column, length }) {
  if (!column) {
    const indent = line.text.length - line.text.trimStart().length;
    return { from: line.from + indent, to: line.from + Math.max(line.text.trimEnd().length, indent) };
  }
  const from = Math.min(line.from + column - 1, line.to);
  const word = line.text.slice(column - 1).match(/^(\{\{.*?\}\}|\{%.*?%\}|<[^>]*>|\S+)/)?.[0].length ?? 1;
  return { from, to: Math.min(from + (length || word), line.to) };
}
