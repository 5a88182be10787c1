'use client'

import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { focusStep } from '../actions/step-actions'
import { useDesigner, useServices, useUi } from '../designer-context'
import { findText, type Match } from '../document/find'

/** Finds text in names, types, notes and settings of steps, and walks from one to the next. */
export function FindPanel() {
  const open = useUi((state) => state.find)
  return open ? <Find /> : null
}

function Find() {
  const { store, ui, actions } = useServices()
  const definition = useDesigner((state) => state.definition)
  const [text, setText] = useState('')
  const [at, setAt] = useState(-1)
  const wanted = useDeferredValue(text)
  const matches = useMemo(() => findText(definition, wanted), [definition, wanted])
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
  })
  const go = (index: number) => {
    const match = matches[(index + matches.length) % matches.length]
    if (match === undefined) return
    setAt(matches.indexOf(match))
    store.getState().select({ nodes: [match.nodeId], edges: [] })
    ui.getState().set({ inspector: true, tab: 'step' })
    actions.canvas.reveal(match.nodeId)
  }
  const close = () => ui.getState().set({ find: false })
  return (
    <search
      aria-label="Find in the workflow"
      className="pointer-events-auto flex w-full max-w-md flex-col overflow-hidden rounded-xl border border-border-strong bg-popover shadow-lg"
    >
      <div className="flex items-center gap-1 py-1 pr-1.5 pl-3">
        <input
          // biome-ignore lint/a11y/noAutofocus: opened to type into
          autoFocus
          aria-label="Find"
          placeholder="Find in names and settings"
          className="h-8 min-w-0 flex-1 bg-transparent outline-none placeholder:text-subtle-foreground"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setAt(-1)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') close()
            if (event.key === 'ArrowDown') go(at + 1)
            if (event.key === 'ArrowUp') go(at - 1)
            if (event.key === 'Enter') go(event.shiftKey ? at - 1 : at + 1)
          }}
        />
        <span className="whitespace-nowrap text-muted-foreground text-xs tabular-nums" role="status">
          {wanted.trim() === ''
            ? ''
            : matches.length === 0
              ? 'Nothing found'
              : at < 0
                ? `${matches.length} found`
                : `${at + 1} of ${matches.length}`}
        </span>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Previous"
          disabled={matches.length === 0}
          onClick={() => go(at - 1)}
        >
          <ChevronUp aria-hidden />
        </Button>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Next"
          disabled={matches.length === 0}
          onClick={() => go(at + 1)}
        >
          <ChevronDown aria-hidden />
        </Button>
        <Button variant="ghost" size="icon-sm" aria-label="Close" onClick={close}>
          <X aria-hidden />
        </Button>
      </div>
      {matches.length === 0 ? null : (
        <ul ref={list} className="max-h-56 overflow-y-auto border-t p-1">
          {matches.map((match, i) => (
            <li key={`${match.nodeId}:${match.where}`}>
              <button
                type="button"
                aria-current={i === at}
                className="flex w-full items-baseline gap-2 rounded-md px-2 py-1 text-left text-sm hover:bg-accent aria-[current=true]:bg-accent"
                onClick={() => {
                  go(i)
                  if (match.field !== undefined) focusStep(actions, match.nodeId, match.field)
                }}
              >
                <span className="max-w-36 shrink-0 truncate font-medium">{match.nodeName}</span>
                <span className="shrink-0 text-muted-foreground text-xs">{match.where}</span>
                <Excerpt match={match} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </search>
  )
}

function Excerpt({ match }: { match: Match }) {
  if (match.where === 'Name') return null
  return (
    <span className="min-w-0 truncate font-mono text-muted-foreground text-xs">
      {match.excerpt.slice(0, match.start)}
      <mark className="rounded-xs bg-waiting-soft text-waiting">{match.excerpt.slice(match.start, match.end)}</mark>
      {match.excerpt.slice(match.end)}
    </span>
  )
}
