'use client'

import { useQueryClient } from '@tanstack/react-query'
import { ShieldCheck, ShieldX } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Spinner } from '@/components/ui/spinner'
import { queryKey, useApi } from '@/lib/api/client/query'
import type { AuditVerification } from '@/lib/api/contracts/audit'
import { contracts } from '@/lib/api/contracts/routes'

/** Computes every hash of the log anew and says in words what came of it. */
export function VerifyLog() {
  const [isOpen, setOpen] = useState(false)
  const client = useQueryClient()
  const open = () => {
    client.removeQueries({ queryKey: queryKey(contracts.verifyAudit) })
    setOpen(true)
  }
  return (
    <>
      <Button variant="primary" onClick={open}>
        <ShieldCheck aria-hidden />
        Verify
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen}>
        <DialogContent size="sm">
          <DialogHeader
            title="Verify the log"
            description="Every hash is computed anew, from the first record that is kept to the last."
          />
          <DialogBody>{isOpen ? <Verdict /> : null}</DialogBody>
          <DialogFooter>
            <Button onClick={() => setOpen(false)}>Close</Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
    </>
  )
}

function Verdict() {
  const { data, error } = useApi(contracts.verifyAudit, {}, { staleTime: Number.POSITIVE_INFINITY })
  return (
    <div role="status" className="min-h-20">
      {error ? <p className="text-failure text-sm">{error.message}</p> : null}
      {!data && !error ? (
        <p className="flex items-center gap-2 text-muted-foreground text-sm">
          <Spinner /> Reading the log…
        </p>
      ) : null}
      {data ? data.fault ? <Broken verdict={data} /> : <Whole verdict={data} /> : null}
    </div>
  )
}

function Whole({ verdict: { records, after, head } }: { verdict: AuditVerification }) {
  const since =
    after.seq === 0 ? 'from the beginning' : `after record ${after.seq}, the last one that was kept long enough`
  return (
    <div className="grid gap-3">
      <p className="flex items-start gap-2 text-sm">
        <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
        <span>
          <strong className="font-semibold">The log is whole.</strong>{' '}
          {records === 1 ? '1 record' : `${records} records`} {since}, in one chain.
        </span>
      </p>
      <div className="grid gap-1 text-xs">
        <p className="text-muted-foreground">
          Note this hash of record {head.seq} elsewhere, to be able to prove later that nothing before it was changed:
        </p>
        <p className="flex items-start gap-1">
          <code className="min-w-0 break-all font-mono">{head.hash}</code>
          <CopyButton value={head.hash} size="icon-xs" label="Copy the hash" />
        </p>
      </div>
    </div>
  )
}

function Broken({ verdict: { records, fault } }: { verdict: AuditVerification }) {
  return (
    <p className="flex items-start gap-2 text-sm">
      <ShieldX aria-hidden className="mt-0.5 size-4 shrink-0 text-failure" />
      <span>
        <strong className="font-semibold text-failure">The log was tampered with.</strong> {fault?.message} The{' '}
        {records} records before it are as they were written; nothing after it can be relied on.
      </span>
    </p>
  )
}
