import { Bot, CalendarClock, CodeXml, type LucideIcon, MousePointerClick, Scale, Webhook, Workflow } from 'lucide-react'

const TRIGGERS: Record<string, { label: string; icon: LucideIcon }> = {
  browser: { label: 'Browser', icon: MousePointerClick },
  api: { label: 'API', icon: CodeXml },
  mcp: { label: 'MCP', icon: Bot },
  schedule: { label: 'Schedule', icon: CalendarClock },
  webhook: { label: 'Webhook', icon: Webhook },
  run: { label: 'Another run', icon: Workflow },
  evaluation: { label: 'Evaluation', icon: Scale },
}

/** What started a run, as a word. */
export function triggerLabel(trigger: string): string {
  return TRIGGERS[trigger]?.label ?? trigger
}

/** What started a run, and for whom. */
export function RunTrigger({ trigger, runBy }: { trigger: string; runBy: string }) {
  const Icon = TRIGGERS[trigger]?.icon ?? CodeXml
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Icon aria-hidden className="size-3.5 shrink-0 text-subtle-foreground" />
      <span className="truncate" title={`${triggerLabel(trigger)}${runBy ? `, by ${runBy}` : ''}`}>
        {runBy || triggerLabel(trigger)}
      </span>
    </span>
  )
}
