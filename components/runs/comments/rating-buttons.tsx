'use client'

import { ThumbsDown, ThumbsUp } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { toast } from '@/components/ui/toast'
import { messageOf } from '@/lib/api/client/error'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Run } from '@/lib/api/contracts/runs'

/** Whether the run was good, as each person sees it. The own answer is pressed; pressed again it is taken back. */
export function RatingButtons({ run }: { run: Pick<Run, 'id' | 'rating'> }) {
  const done = { invalidates: [contracts.getRun], onError: (error: unknown) => void toast.error(messageOf(error)) }
  const rate = useApiMutation(contracts.rateRun, done)
  const unrate = useApiMutation(contracts.unrateRun, done)
  const params = { run_id: run.id }
  const { up, down, mine } = run.rating
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <div role="group" aria-label="Was this run good?" className="flex items-center gap-1">
      {([1, -1] as const).map((score) => {
        const Icon = score === 1 ? ThumbsUp : ThumbsDown
        const count = score === 1 ? up : down
        const isMine = mine === score
        return (
          <Button
            key={score}
            size="sm"
            variant={isMine ? 'secondary' : 'ghost'}
            aria-pressed={isMine}
            aria-label={`${score === 1 ? 'Good' : 'Not good'}, said by ${count}`}
            title={score === 1 ? 'This run was good' : 'This run was not good'}
            pending={rate.isPending || unrate.isPending}
            onClick={() => (isMine ? unrate.mutate({ params }) : rate.mutate({ params, body: { score } }))}
          >
            <Icon aria-hidden className={cn(isMine && 'fill-current')} />
            <span className="tabular-nums">{count}</span>
          </Button>
        )
      })}
    </div>
  )
}
