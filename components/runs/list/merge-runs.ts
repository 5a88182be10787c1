import type { RunSummary } from '@/lib/api/contracts/runs'
import type { RunStatus } from '@/lib/engine/events'
import type { RunsFrame } from '@/lib/live/frames'

export interface RunsPage {
  items: RunSummary[]
  next_cursor: string | null
  /** Of a search: how far back it came. */
  searched_to?: string | null
}

/**
 * The loaded pages with a fresh first page laid over them: known rows replaced in place, new ones on top. When the fresh page
 * does not reach the rows that were there, pages between are unknown, and the list starts over from the fresh one.
 */
export function mergeHead(pages: readonly RunsPage[], head: RunsPage): RunsPage[] {
  const [first, ...rest] = pages
  if (!first) return [head]
  // A search that found nothing on its first stretch says nothing about what was found on the next ones.
  if (head.items.length === 0 && head.next_cursor !== null) return [...pages]
  const loaded = new Set(pages.flatMap((page) => page.items.map((run) => run.id)))
  const reaches = head.next_cursor === null || head.items.some((run) => loaded.has(run.id))
  if (!reaches) return [head]
  const fresh = new Map(head.items.map((run) => [run.id, run]))
  const oldest = head.items.at(-1)
  // A loaded row as young as the fresh page covers, and yet not on it, does not match the filters any more.
  const stays = (run: RunSummary) =>
    fresh.has(run.id) || (oldest !== undefined && head.next_cursor !== null && isOlder(run, oldest))
  const added = head.items.filter((run) => !loaded.has(run.id))
  const update = (run: RunSummary) => newer(fresh.get(run.id), run)
  return [
    { ...first, items: [...added, ...first.items.filter(stays).map(update)] },
    ...rest.map((page) => ({ ...page, items: page.items.filter(stays).map(update) })),
  ]
}

/** One row read again. A row that is not loaded stays out: its place in the order is not known here. */
export function replaceRun(pages: readonly RunsPage[], run: RunSummary): RunsPage[] {
  return pages.map((page) => ({
    ...page,
    items: page.items.map((old) => (old.id === run.id ? newer(run, old) : old)),
  }))
}

/** What a frame says at once, before the row is read again. */
export function applyFrames(pages: readonly RunsPage[], frames: readonly RunsFrame[]): RunsPage[] {
  const latest = new Map(frames.map((frame) => [frame.run_id, frame]))
  return pages.map((page) => ({
    ...page,
    items: page.items.map((run) => {
      const frame = latest.get(run.id)
      return frame && frame.last_seq > run.last_seq
        ? { ...run, status: frame.status as RunStatus, last_seq: frame.last_seq }
        : run
    }),
  }))
}

/** Answers may overtake each other: the one that has seen more of the log wins. */
function newer(candidate: RunSummary | undefined, known: RunSummary): RunSummary {
  return candidate !== undefined && candidate.last_seq >= known.last_seq ? candidate : known
}

/** The order of the list: by creation, then by id. */
function isOlder(run: RunSummary, other: RunSummary): boolean {
  return run.created_at === other.created_at ? run.id < other.id : run.created_at < other.created_at
}
