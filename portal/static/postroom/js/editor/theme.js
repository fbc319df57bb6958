// The editor's looks, from the portal's own variables, so that the dark theme follows by itself.
import { EditorView, HighlightStyle, syntaxHighlighting, tags } from "../../vendor/codemirror.js";

const looks = EditorView.theme({
  "&": { backgroundColor: "var(--surface-high)", color: "var(--ink)", fontSize: "0.875rem", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-family-monospace)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink-loud)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink-loud)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-quiet)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent-soft) 45%, transparent)" },
  ".cm-line ::selection, .cm-line::selection": { backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)" },
  ".cm-liquid": { backgroundColor: "var(--accent-soft)", color: "var(--accent-ink)", borderRadius: "0.25rem" },
  ".cm-liquid *": { color: "inherit" },
  ".cm-liquid-tag": { backgroundColor: "var(--quiet-soft)", color: "var(--ink-loud)" },
  ".cm-placeholder": { color: "var(--ink-quiet)" },
  ".cm-tooltip, .cm-panels": {
    backgroundColor: "var(--surface-high)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-small)",
    boxShadow: "var(--shadow-high)",
    maxWidth: "min(32rem, 90vw)",
  },
  ".cm-panels": { borderRadius: "0", boxShadow: "none", maxWidth: "none" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.625rem", lineHeight: "1.5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-family-monospace)", maxWidth: "min(32rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "#fff" },
  ".cm-completionDetail": { marginLeft: "0.75rem", fontFamily: "var(--font-family-primary)", fontStyle: "normal", color: "var(--ink-quiet)" },
  "li[aria-selected] .cm-completionDetail": { color: "#fff" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", fontFamily: "var(--font-family-primary)", whiteSpace: "pre-line" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn) 1px", textUnderlineOffset: "3px" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button": {
    backgroundColor: "var(--surface)",
    backgroundImage: "none",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700", color: "var(--ink-loud)" },
  { tag: tags.strong, fontWeight: "700", color: "var(--ink-loud)" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url], color: "var(--accent-ink)", textDecoration: "underline" },
  { tag: [tags.tagName, tags.angleBracket], color: "var(--accent-ink)" },
  { tag: [tags.attributeName, tags.propertyName], color: "var(--warn-ink)" },
  { tag: [tags.attributeValue, tags.string], color: "var(--good-ink)" },
  { tag: [tags.comment, tags.processingInstruction, tags.contentSeparator, tags.quote], color: "var(--ink-quiet)" },
  { tag: [tags.monospace, tags.keyword, tags.number], color: "var(--warn-ink)" },
]);

export const theme = [looks, syntaxHighlighting(colours)];
