import {
  ArrowDownWideNarrow,
  Check,
  CircleDashed,
  Globe,
  type LucideIcon,
  PenLine,
  Send,
  ShieldCheck,
} from 'lucide-react'
import { cn } from '@/components/ui/cn'

type State = 'done' | 'waiting' | 'ahead'

const STEPS: { icon: LucideIcon; name: string; detail: string; state: State }[] = [
  { icon: Globe, name: 'Fetch the feed', detail: '1 707 earthquakes of one week', state: 'done' },
  { icon: ArrowDownWideNarrow, name: 'Strongest first', detail: '5 at magnitude 6 or above', state: 'done' },
  { icon: PenLine, name: 'Draft the bulletin', detail: 'M 6.4 near Hualian, Taiwan', state: 'done' },
  { icon: ShieldCheck, name: 'Countersign', detail: 'Waiting for a person', state: 'waiting' },
  { icon: Send, name: 'Publish', detail: 'After approval', state: 'ahead' },
]

/** A run that stands still until a person decides: the product in one picture. Decoration, hidden from assistive technology. */
export function RunPreview() {
  return (
    <div className="w-full max-w-md px-10">
      {STEPS.map((step, index) => (
        <div key={step.name} className="flex flex-col items-center">
          {index > 0 ? (
            <span
              className={cn(
                'h-6 w-0',
                step.state === 'ahead'
                  ? 'border-l border-border-strong border-dashed'
                  : 'border-l-2 border-primary-line',
              )}
            />
          ) : null}
          <Step {...step} />
        </div>
      ))}
    </div>
  )
}

function Step({ icon: Icon, name, detail, state }: (typeof STEPS)[number]) {
  const waiting = state === 'waiting'
  return (
    <div
      className={cn(
        'w-full rounded-xl border bg-card shadow-sm',
        waiting && 'border-waiting/45 shadow-lg ring-4 ring-waiting/10',
        state === 'ahead' && 'border-dashed bg-card/60 text-muted-foreground shadow-none',
      )}
    >
      <div className="flex items-center gap-3 p-3">
        <span
          className={cn(
            'grid size-9 shrink-0 place-items-center rounded-lg',
            waiting ? 'bg-waiting-soft text-waiting' : 'bg-primary-soft text-primary',
            state === 'ahead' && 'bg-muted text-subtle-foreground',
          )}
        >
          <Icon className="size-4.5" />
        </span>
        <span className="grid min-w-0 flex-1">
          <span className="truncate font-medium text-base">{name}</span>
          <span className={cn('truncate text-sm', waiting ? 'text-waiting' : 'text-muted-foreground')}>{detail}</span>
        </span>
        {state === 'done' ? <Check className="size-4 text-success" /> : null}
        {state === 'ahead' ? <CircleDashed className="size-4 text-subtle-foreground" /> : null}
      </div>
      {waiting ? (
        <div className="flex gap-2 border-t px-3 py-2.5">
          <span className="rounded-md bg-primary px-3 py-1 font-medium text-primary-foreground text-sm shadow-xs">
            Approve
          </span>
          <span className="rounded-md border border-input px-3 py-1 font-medium text-sm shadow-xs">Reject</span>
        </div>
      ) : null}
    </div>
  )
}
