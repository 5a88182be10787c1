'use client'

import { ArrowLeft, CircleCheckBig, History } from 'lucide-react'
import Link from 'next/link'
import { useRef } from 'react'
import { ConnectionStatus } from '@/components/runs/connection-status'
import { PageHeader } from '@/components/shell/page-header'
import { useShortcuts } from '@/components/shell/use-shortcuts'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { Kbd } from '@/components/ui/kbd'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { toast } from '@/components/ui/toast'
import { messageOf } from '@/lib/api/client/error'
import type { Approval, Decided } from '@/lib/api/contracts/approvals'
import type { ApprovalCardHandle } from './approval-card'
import { ApprovalDetail } from './approval-detail'
import { ApprovalList, ApprovalListSkeleton } from './approval-list'
import { approvalsText } from './approval-stand'
import type { InboxView } from './use-approvals'
import { useInboxSelection } from './use-inbox-selection'

/**
 * `/approvals`: everything that waits for a decision, and what was decided. Keys move the focus and never decide by
 * themselves, and opening the page decides nothing.
 */
export function ApprovalsPage() {
  const selection = useInboxSelection()
  const { inbox, view, shown, choose, neighbour } = selection
  const { approvals } = inbox
  const card = useRef<ApprovalCardHandle>(null)

  function move(step: number) {
    const next = neighbour(step)
    if (next) choose(next.id)
  }

  function onDecided(approval: Approval, decided: Decided) {
    const next = [neighbour(1), neighbour(-1)].find((each) => each && each.id !== approval.id)
    const word = decided.decision === 'approved' ? 'Approved' : 'Rejected'
    toast.success(decided.outcome === null ? `${word}: ${approvalsText(decided.quorum)} so far` : word, {
      description: approval.title,
    })
    choose(next ? next.id : approval.id)
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
    <Tabs
      value={view}
      onValueChange={(next) => selection.setView(next as InboxView)}
      className="flex min-h-full flex-col md:h-(--shell-height)"
    >
      <div className={cn('border-b px-4 pt-5 md:px-8 md:pt-6', selection.isChosen && 'max-md:sr-only')}>
        <PageHeader title="Approvals" badge={<ConnectionStatus connection={inbox.connection} />} actions={<Keys />} />
        <TabsList className="mt-2 border-b-0">
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
      </div>
      {VIEWS.map((each) => (
        <TabsContent key={each} value={each} tabIndex={-1} className="min-h-0 flex-1 data-[state=active]:grid">
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
            <Panes selection={selection} card={card} onDecided={onDecided} />
          )}
        </TabsContent>
      ))}
    </Tabs>
  )
}

const VIEWS = ['open', 'resolved'] as const satisfies InboxView[]

interface PanesProps {
  selection: ReturnType<typeof useInboxSelection>
  card: React.RefObject<ApprovalCardHandle | null>
  onDecided: (approval: Approval, decided: Decided) => void
}

/** List and approval side by side; on a phone one after the other. */
function Panes({ selection, card, onDecided }: PanesProps) {
  const { inbox, isChosen, shown, choose } = selection
  return (
    <div className="grid min-h-0 md:grid-cols-[20rem_minmax(0,1fr)] lg:grid-cols-[24rem_minmax(0,1fr)]">
      <nav
        aria-label="Approvals"
        className={cn('min-h-0 overflow-y-auto bg-card md:border-r', isChosen && 'max-md:hidden')}
      >
        {inbox.isPending ? (
          <ApprovalListSkeleton />
        ) : inbox.approvals.length === 0 ? (
          <p className="p-4 text-muted-foreground text-sm">Nothing else is here.</p>
        ) : (
          <ApprovalList approvals={inbox.approvals} selectedId={selection.selectedId} onSelect={choose} />
        )}
        {inbox.hasNextPage ? (
          <div className="p-3 text-center">
            <Button size="sm" pending={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
              Load more
            </Button>
          </div>
        ) : null}
      </nav>
      <div className={cn('min-h-0 overflow-y-auto', !isChosen && 'max-md:hidden')}>
        <div className="mx-auto max-w-3xl px-4 py-5 md:px-8 md:py-7">
          <Button variant="ghost" size="sm" className="-ml-2 mb-3 md:hidden" onClick={() => choose(null)}>
            <ArrowLeft aria-hidden /> All approvals
          </Button>
          {shown ? (
            <ApprovalDetail
              key={`${shown.id} ${shown.status}`}
              approval={shown}
              cardRef={card}
              onDecided={(decided) => onDecided(shown, decided)}
            />
          ) : inbox.isPending || !isChosen ? null : (
            <EmptyState
              icon={History}
              title="This approval is not here"
              description="It may belong to another team, or its run was deleted."
              actions={<Button onClick={() => choose(null)}>Show the inbox</Button>}
            />
          )}
        </div>
      </div>
    </div>
  )
}

const KEYS = [
  ['j', 'next'],
  ['k', 'previous'],
  ['a', 'approve'],
  ['r', 'reject'],
  ['e', 'edit'],
  ['c', 'comment'],
]

function Keys() {
  return (
    <p className="hidden items-center gap-3 text-muted-foreground text-xs xl:flex">
      {KEYS.map(([key, word]) => (
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
