'use client'

import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useEffect, useState } from 'react'
import type { Approval } from '@/lib/api/contracts/approvals'
import { type InboxView, useApprovals } from './use-approvals'

const VIEWS = ['open', 'resolved'] as const

/**
 * Which list is shown and which approval of it. What is on the screen never changes under the reader: a newer approval, or a
 * decision made elsewhere, changes the list beside it, and the approval stays until the reader moves on.
 */
export function useInboxSelection() {
  const [view, setStoredView] = useQueryState('view', parseAsStringLiteral(VIEWS).withDefault('open'))
  const [chosenId, setStoredId] = useQueryState('approval', parseAsString.withDefault(''))
  const [firstId, setFirstId] = useState<string>()
  const inbox = useApprovals(view)
  const { approvals } = inbox

  // Nothing was chosen: the first of the list as it was when it arrived.
  const topId = approvals[0]?.id
  const isFirstKnown = firstId !== undefined
  useEffect(() => {
    if (!isFirstKnown && topId !== undefined) setFirstId(topId)
  }, [isFirstKnown, topId])

  const selectedId = chosenId || firstId || ''
  // A link to an approval that was decided meanwhile still shows it: it is on the other list then.
  const elsewhere = useApprovals(view === 'open' ? 'resolved' : 'open')
  const isSelected = (approval: Approval) => approval.id === selectedId
  const shown = useLastKnown(approvals.find(isSelected) ?? elsewhere.approvals.find(isSelected), selectedId)

  return {
    inbox,
    view,
    setView: (next: InboxView) => {
      void setStoredView(next)
      void setStoredId(null)
      setFirstId(undefined)
    },
    /** Chosen by the reader: on a phone it takes the place of the list. */
    isChosen: chosenId !== '',
    selectedId,
    shown,
    choose: (approvalId: string | null) => void setStoredId(approvalId),
    /** The neighbour in the list, `step` further down; itself at the ends. */
    neighbour: (step: number): Approval | undefined => {
      const index = approvals.findIndex(isSelected)
      return approvals[Math.min(approvals.length - 1, Math.max(0, index + step))]
    },
  }
}

/** Between leaving one list and arriving on the other, an approval is on neither: it stays as it was last seen. */
function useLastKnown(approval: Approval | undefined, id: string): Approval | undefined {
  const [last, setLast] = useState(approval)
  useEffect(() => {
    if (approval) setLast(approval)
  }, [approval])
  return approval ?? (last?.id === id ? last : undefined)
}
