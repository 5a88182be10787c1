import type { RunComparison } from '@/lib/api/contracts/run-compare'

type ValueDiff = RunComparison['input']

/** Where two values differ: the place, what was there in A, what is there in B. */
export function ValueChanges({ title, diff }: { title: string; diff: ValueDiff }) {
  return (
    <section className="grid gap-1.5">
      <h3 className="font-medium text-sm">{title}</h3>
      {diff.same === true ? (
        <p className="text-muted-foreground text-xs">The same in both runs.</p>
      ) : diff.same === null ? (
        <p className="text-muted-foreground text-xs">Too large to compare here, and as long in both runs.</p>
      ) : diff.changes.length === 0 ? (
        <p className="text-muted-foreground text-xs">Different, and too large to say where.</p>
      ) : (
        <ul className="grid gap-px overflow-hidden rounded-lg border bg-border text-xs">
          {diff.changes.map((change) => (
            <li key={change.path} className="grid gap-1 bg-card px-2.5 py-1.5">
              {change.path === '' ? null : <span className="wrap-anywhere font-medium font-mono">{change.path}</span>}
              <Side name="A" sign="−" value={change.before} className="bg-failure-soft" />
              <Side name="B" sign="+" value={change.after} className="bg-success-soft" />
            </li>
          ))}
          {diff.more > 0 ? (
            <li className="bg-card px-2.5 py-1.5 text-muted-foreground">and {diff.more} more places</li>
          ) : null}
        </ul>
      )}
    </section>
  )
}

function Side(props: { name: string; sign: string; value: string | undefined; className: string }) {
  if (props.value === undefined) return null
  return (
    <span className={`wrap-anywhere whitespace-pre-wrap rounded-sm px-1.5 py-0.5 font-mono ${props.className}`}>
      <span aria-hidden className="mr-1.5 select-none text-muted-foreground">
        {props.sign}
      </span>
      <span className="sr-only">In {props.name}: </span>
      {props.value}
    </span>
  )
}
