import type { UsageGroup } from '@/lib/api/contracts/usage'

const DAY_MS = 86_400_000

/** One day of the chart; a day without runs has zeros. */
export interface UsageDay {
  /** `2026-02-01`, UTC. */
  day: string
  completed: number
  failed: number
  other: number
  tokens: number
  costUsd: number
}

/** The beginning (UTC) of the first of so many days, today the last. */
export function fromDaysAgo(days: number, nowMs: number): string {
  return new Date((Math.floor(nowMs / DAY_MS) - (days - 1)) * DAY_MS).toISOString()
}

/** Every day of a time, with what was used on it. */
export function everyDay(items: readonly UsageGroup[], from: string, to: string): UsageDay[] {
  const byDay = new Map(items.map((item) => [item.key, item]))
  const days: UsageDay[] = []
  const last = Date.parse(to)
  for (let at = Math.floor(Date.parse(from) / DAY_MS) * DAY_MS; at <= last; at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10)
    const item = byDay.get(day)
    const completed = item?.ended.completed ?? 0
    const failed = (item?.ended.failed ?? 0) + (item?.ended.timed_out ?? 0) + (item?.ended.aborted_looping_risk ?? 0)
    days.push({
      day,
      completed,
      failed,
      other: (item?.runs ?? 0) - completed - failed,
      tokens: (item?.input_tokens ?? 0) + (item?.output_tokens ?? 0),
      costUsd: item?.cost_usd ?? 0,
    })
  }
  return days
}
