'use client'

import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  startCompletion,
} from '@codemirror/autocomplete'
import { json } from '@codemirror/lang-json'
import { EditorState, type Extension, Prec, RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  placeholder as placeholderText,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'
import CodeMirror, { type BasicSetupOptions } from '@uiw/react-codemirror'
import { useMemo, useRef } from 'react'
import { cn } from '@/components/ui/cn'
import { completionsAt } from './complete'
import { type CodeLanguage, highlight } from './highlight'
import type { Word } from './vocabulary'

export interface CodeEditorProps {
  value: string
  onChange: (value: string) => void
  onBlur?: () => void
  language: CodeLanguage
  /** What can be completed. Read when it is needed, so that it may change without a new editor. */
  vocabulary?: () => readonly Word[]
  /** One line: Enter does not break it, pasted breaks become spaces. */
  singleLine?: boolean
  placeholder?: string
  readOnly?: boolean
  /** Offset of a mistake, underlined. */
  errorAt?: number
  invalid?: boolean
  lineNumbers?: boolean
  className?: string
  id?: string
  'aria-label'?: string
  'aria-describedby'?: string
}

const SETUP: BasicSetupOptions = {
  lineNumbers: false,
  foldGutter: false,
  highlightActiveLine: false,
  highlightActiveLineGutter: false,
  highlightSelectionMatches: false,
  // The document has one history; a second one in each field would undo against it.
  history: false,
  historyKeymap: false,
  searchKeymap: false,
  lintKeymap: false,
  autocompletion: false,
  syntaxHighlighting: false,
  crosshairCursor: false,
  rectangularSelection: false,
  bracketMatching: false,
}

/** Text with highlighting and completion: expressions, templates and JSON. */
export function CodeEditor(props: CodeEditorProps) {
  const { value, onChange, onBlur, language, singleLine, placeholder, readOnly, errorAt, invalid, className } = props
  const vocabulary = useRef(props.vocabulary)
  vocabulary.current = props.vocabulary
  const label = props['aria-label']
  const describedBy = props['aria-describedby']
  const { id } = props
  const extensions = useMemo(() => {
    const attributes: Record<string, string> = { tabindex: '0', spellcheck: language === 'template' ? 'true' : 'false' }
    if (id !== undefined) attributes.id = id
    if (label !== undefined) attributes['aria-label'] = label
    if (describedBy !== undefined) attributes['aria-describedby'] = describedBy
    if (invalid) attributes['aria-invalid'] = 'true'
    return [
      EditorView.contentAttributes.of(attributes),
      EditorView.lineWrapping,
      paint(language, errorAt),
      autocompletion({
        override: [(context) => completionSource(context, language, vocabulary.current)],
        icons: false,
        tooltipClass: () => 'ds-completions',
      }),
      language === 'json' ? json() : [],
      singleLine ? oneLine : [],
      Prec.high(closePlaceholder),
      placeholder === undefined ? [] : placeholderText(placeholder),
    ] satisfies Extension
  }, [language, singleLine, placeholder, errorAt, invalid, id, label, describedBy])
  return (
    <CodeMirror
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      theme="none"
      basicSetup={{ ...SETUP, lineNumbers: props.lineNumbers ?? false, foldGutter: props.lineNumbers ?? false }}
      extensions={extensions}
      editable={!readOnly}
      readOnly={readOnly}
      indentWithTab={false}
      data-invalid={invalid || undefined}
      data-single={singleLine || undefined}
      className={cn('ds-code', className)}
    />
  )
}

const marks = new Map<string, Decoration>()

function mark(className: string): Decoration {
  const known = marks.get(className)
  if (known) return known
  const made = Decoration.mark({ class: className })
  marks.set(className, made)
  return made
}

/** Colours by our own tokenisers: texts here are short, and a template is a language inside a language inside JSON. */
function paint(language: CodeLanguage, errorAt: number | undefined): Extension {
  const draw = (view: EditorView): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>()
    const text = view.state.doc.toString()
    const wrong = errorAt === undefined ? undefined : Math.min(errorAt, Math.max(0, text.length - 1))
    for (const { from, to, look } of highlight(text, language)) {
      const hit = wrong !== undefined && from <= wrong && wrong < to
      builder.add(from, to, mark(`ds-tok-${look}${hit ? ' ds-tok-wrong' : ''}`))
    }
    return builder.finish()
  }
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet
      constructor(view: EditorView) {
        this.decorations = draw(view)
      }
      update(update: ViewUpdate) {
        if (update.docChanged) this.decorations = draw(update.view)
      }
    },
    { decorations: (plugin) => plugin.decorations },
  )
}

function completionSource(
  context: CompletionContext,
  language: CodeLanguage,
  vocabulary: (() => readonly Word[]) | undefined,
): CompletionResult | null {
  if (vocabulary === undefined) return null
  const text = context.state.doc.toString()
  const found = completionsAt(text, context.pos, language, vocabulary())
  if (found === undefined) return null
  const typed = text.slice(found.from, context.pos)
  const before = text[found.from - 1]
  if (!context.explicit && typed === '' && before !== '.') return null
  return {
    from: found.from,
    validFor: /^[$\w`][\w` ]*$/,
    options: found.words.map((word) => ({
      label: word.insert,
      displayLabel: word.label,
      detail: word.detail,
      info: word.info,
      type: word.label.startsWith('$') ? 'function' : 'variable',
      boost: word.label.startsWith('$') ? -1 : 1,
      apply: (view, _, from, to) => {
        const insert = word.label.startsWith('$') ? `${word.insert}(` : word.insert
        view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } })
        if (word.members !== undefined && word.members.length > 0) {
          view.dispatch({
            changes: { from: from + insert.length, insert: '.' },
            selection: { anchor: from + insert.length + 1 },
          })
          startCompletion(view)
        }
      },
    })),
  }
}

const oneLine: Extension = [
  EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction
    const text = transaction.newDoc.toString().replace(/\s*\n\s*/g, ' ')
    return [
      { changes: { from: 0, to: transaction.startState.doc.length, insert: text }, selection: { anchor: text.length } },
    ]
  }),
  Prec.high(keymap.of([{ key: 'Enter', run: () => true }])),
]

/** Typing `{{` brings its end along and opens the completion. */
const closePlaceholder: Extension = EditorView.inputHandler.of((view, from, to, text) => {
  if (text !== '{' || from !== to || view.state.sliceDoc(from - 1, from) !== '{') return false
  if (view.state.sliceDoc(from - 2, from - 1) === '{') return false
  const closed = view.state.sliceDoc(from, from + 1) === '}' ? 1 : 0
  view.dispatch({
    changes: { from, to: from + closed, insert: '{  }}' },
    selection: { anchor: from + 2 },
    userEvent: 'input.type',
  })
  startCompletion(view)
  return true
})
