import { Equal, EqualNot, type LucideIcon, Minus, Plus } from 'lucide-react'
import { cn } from '@/components/ui/cn'
import type { ComparedNode } from '@/lib/api/contracts/run-compare'

type Verdict = ComparedNode['verdict']

export const VERDICTS: Record<Verdict, { label: string; icon: LucideIcon; tone: string }> = {
  same: { label: 'Same', icon: Equal, tone: 'text-muted-foreground' },
  changed: { label: 'Different', icon: EqualNot, tone: 'text-waiting' },
  only_a: { label: 'Only in A', icon: Minus, tone: 'text-failure' },
  only_b: { label: 'Only in B', icon: Plus, tone: 'text-success' },
}

export function Verdict({ verdict, className }: { verdict: Verdict; className?: string }) {
  const { label, icon: Icon, tone } = VERDICTS[verdict]
  return (
    <span className={cn('inline-flex shrink-0 items-center gap-1 whitespace-nowrap text-xs', tone, className)}>
      <Icon aria-hidden className="size-3.5" />
      {label}
    </span>
  )
}
