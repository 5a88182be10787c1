'use client'

import { ArrowLeft, CircleCheckBig, History } from 'lucide-react'
import Link from 'next/link'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useEffect, useRef, useState } from 'react'
import { ConnectionStatus } from '@/components/runs/connection-status'
import { PageHeader } from '@/components/shell/page-header'
import { useShortcuts } from '@/components/shell/use-shortcuts'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { Kbd } from '@/components/ui/kbd'
import { Tabs, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { toast } from '@/components/ui/toast'
import { messageOf } from '@/lib/api/client/error'
import type { Approval, Decision } from '@/lib/api/contracts/runs'
import type { ApprovalCardHandle } from './approval-card'
import { ApprovalDetail } from './approval-detail'
import { ApprovalList, ApprovalListSkeleton } from './approval-list'
import { type InboxView, useApprovals } from './use-approvals'

const VIEWS = ['open', 'resolved'] as const

/**
 * `/approvals`: everything that waits for a decision, and what was decided. Keys move the focus and never decide by
 * themselves, and opening the page decides nothing.
 */
export function ApprovalsPage() {
  const [view, setView] = useQueryState('view', parseAsStringLiteral(VIEWS).withDefault('open'))
  const [chosenId, setChosenId] = useQueryState('approval', parseAsString.withDefault(''))
  const inbox = useApprovals(view)
  const card = useRef<ApprovalCardHandle>(null)
  const { approvals } = inbox

  // A link to an approval that was decided meanwhile still shows it: it is on the other list then.
  const elsewhere = useApprovals(view === 'open' ? 'resolved' : 'open')
  const listed = approvals.find((approval) => approval.id === chosenId)
  const closed =
    listed || inbox.isPending ? undefined : elsewhere.approvals.find((approval) => approval.id === chosenId)
  const first = chosenId === '' ? approvals[0] : undefined
  const shown = useLastKnown(listed ?? closed ?? first, chosenId)
  const selectedId = shown?.id

  function move(step: number) {
    const index = approvals.findIndex((approval) => approval.id === selectedId)
    const next = approvals[Math.min(approvals.length - 1, Math.max(0, index + step))]
    if (next) void setChosenId(next.id)
  }

  function onDecided(approval: Approval, decision: Decision) {
    const index = approvals.findIndex((each) => each.id === approval.id)
    const next = approvals[index + 1] ?? approvals[index - 1]
    toast.success(decision.decision === 'approved' ? 'Approved' : 'Rejected', { description: approval.title })
    void setChosenId(next ? next.id : null)
  }

  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    a: () => card.current?.approve(),
    r: () => card.current?.reject(),
    e: () => card.current?.edit(),
    c: () => card.current?.comment(),
  })

  return (
    <div className="flex min-h-full flex-col md:h-(--shell-height)">
      <div className={cn('border-b px-4 pt-5 md:px-8 md:pt-6', chosenId !== '' && 'max-md:sr-only')}>
        <PageHeader title="Approvals" badge={<ConnectionStatus connection={inbox.connection} />} actions={<Keys />} />
        <Tabs
          value={view}
          onValueChange={(next) => {
            void setView(next as InboxView)
            void setChosenId(null)
          }}
          className="mt-2"
        >
          <TabsList className="border-b-0">
            <TabsTrigger value="open">
              Open
              {view === 'open' && approvals.length > 0 ? (
                <span className="font-normal text-subtle-foreground text-xs tabular-nums">
                  {approvals.length}
                  {inbox.hasNextPage ? '+' : ''}
                </span>
              ) : null}
            </TabsTrigger>
            <TabsTrigger value="resolved">Decided</TabsTrigger>
          </TabsList>
        </Tabs>
      </div>
      {inbox.isError && approvals.length === 0 ? (
        <ErrorState
          title="The approvals could not be loaded"
          description={messageOf(inbox.error)}
          reference={inbox.error.requestId}
          onRetry={() => void inbox.refetch()}
          retrying={inbox.isFetching}
        />
      ) : !inbox.isPending && approvals.length === 0 && !shown ? (
        <NothingHere view={view} />
      ) : (
        <div className="grid min-h-0 flex-1 md:grid-cols-[20rem_minmax(0,1fr)] lg:grid-cols-[24rem_minmax(0,1fr)]">
          <nav
            aria-label="Approvals"
            className={cn('min-h-0 overflow-y-auto bg-card md:border-r', chosenId !== '' && 'max-md:hidden')}
          >
            {inbox.isPending ? (
              <ApprovalListSkeleton />
            ) : (
              <ApprovalList approvals={approvals} selectedId={selectedId} onSelect={(id) => void setChosenId(id)} />
            )}
            {inbox.hasNextPage ? (
              <div className="p-3 text-center">
                <Button size="sm" pending={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
                  Load more
                </Button>
              </div>
            ) : null}
          </nav>
          <div className={cn('min-h-0 overflow-y-auto', chosenId === '' && 'max-md:hidden')}>
            <div className="mx-auto max-w-3xl px-4 py-5 md:px-8 md:py-7">
              <Button variant="ghost" size="sm" className="-ml-2 mb-3 md:hidden" onClick={() => void setChosenId(null)}>
                <ArrowLeft aria-hidden /> All approvals
              </Button>
              {shown ? (
                <ApprovalDetail
                  key={`${shown.id} ${shown.status}`}
                  approval={shown}
                  cardRef={card}
                  onDecided={(decision) => onDecided(shown, decision)}
                />
              ) : inbox.isPending ? null : (
                <EmptyState
                  icon={History}
                  title="This approval is not here"
                  description="It may belong to another team, or its run was deleted."
                  actions={<Button onClick={() => void setChosenId(null)}>Show the inbox</Button>}
                />
              )}
            </div>
          </div>
        </div>
      )}
    </div>
  )
}

/** Between leaving one list and arriving on the other, an approval is on neither: it stays as it was last seen. */
function useLastKnown(approval: Approval | undefined, chosenId: string): Approval | undefined {
  const [last, setLast] = useState(approval)
  useEffect(() => {
    if (approval) setLast(approval)
  }, [approval])
  return approval ?? (last?.id === chosenId ? last : undefined)
}

function Keys() {
  const keys = [
    ['j', 'next'],
    ['k', 'previous'],
    ['a', 'approve'],
    ['r', 'reject'],
    ['e', 'edit'],
    ['c', 'comment'],
  ]
  return (
    <p className="hidden items-center gap-3 text-subtle-foreground text-xs xl:flex">
      {keys.map(([key, word]) => (
        <span key={key} className="inline-flex items-center gap-1">
          <Kbd>{key}</Kbd> {word}
        </span>
      ))}
    </p>
  )
}

function NothingHere({ view }: { view: InboxView }) {
  return view === 'open' ? (
    <EmptyState
      icon={CircleCheckBig}
      title="Nothing waits for you"
      description="When a run needs a decision, it appears here by itself, and the number in the navigation says so."
      actions={
        <Button asChild>
          <Link href="/runs">See the runs</Link>
        </Button>
      }
    />
  ) : (
    <EmptyState
      icon={History}
      title="No decision yet"
      description="What was approved and rejected is kept here: who, when, with which comment, and exactly what was shown."
    />
  )
}
