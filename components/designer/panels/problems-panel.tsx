'use client'

import { CircleAlert, CircleCheck, TriangleAlert, X } from 'lucide-react'
import { Button } from '@/components/ui/button'
import type { Problem } from '@/lib/workflow/document'
import { problemsAction } from '../actions/view-actions'
import { useAct, useDesigner, useProblems, useUi } from '../designer-context'
import { useGoToProblem } from './use-go-to-problem'

/** Everything that stands between the draft and a run, with the way to it. */
export function ProblemsPanel() {
  const open = useUi((state) => state.problems)
  const act = useAct()
  const problems = useProblems((state) => state.problems)
  if (!open) return null
  const sorted = [...problems].sort((a, b) => rank(a) - rank(b))
  return (
    <section
      aria-label="Problems"
      className="pointer-events-auto flex max-h-64 w-full max-w-2xl flex-col overflow-hidden rounded-xl border border-border-strong bg-popover shadow-lg"
    >
      <div className="flex items-center justify-between border-b py-1 pr-1.5 pl-3">
        <h2 className="font-semibold text-sm">Problems</h2>
        <Button variant="ghost" size="icon-sm" aria-label="Hide the problems" onClick={() => act(problemsAction)}>
          <X aria-hidden />
        </Button>
      </div>
      {sorted.length === 0 ? (
        <p className="flex items-center gap-2 px-3 py-4 text-muted-foreground text-sm">
          <CircleCheck aria-hidden className="size-4 text-success" />
          Nothing stands in the way of a run.
        </p>
      ) : (
        <ProblemList problems={sorted} />
      )}
    </section>
  )
}

export function ProblemList({ problems, onGo }: { problems: readonly Problem[]; onGo?: () => void }) {
  const go = useGoToProblem()
  const definition = useDesigner((state) => state.definition)
  return (
    <ul className="min-h-0 overflow-y-auto p-1">
      {problems.map((problem, i) => {
        const Icon = problem.severity === 'error' ? CircleAlert : TriangleAlert
        const name = definition.nodes.find((node) => node.id === problem.nodeId)?.name
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two problems can be equal in every word
          <li key={`${problem.path}:${problem.code}:${i}`}>
            <button
              type="button"
              className="flex w-full items-start gap-2 rounded-md px-2 py-1.5 text-left text-sm hover:bg-accent"
              onClick={() => {
                onGo?.()
                go(problem)
              }}
            >
              <Icon
                aria-hidden
                className={`mt-0.5 size-4 shrink-0 ${problem.severity === 'error' ? 'text-failure' : 'text-waiting'}`}
              />
              <span className="sr-only">{problem.severity}: </span>
              <span className="min-w-0 flex-1">{problem.message}</span>
              {name === undefined || problem.message.startsWith(name) ? null : (
                <span className="shrink-0 text-muted-foreground text-xs">{name}</span>
              )}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function rank(problem: Problem): number {
  return problem.severity === 'error' ? 0 : 1
}
