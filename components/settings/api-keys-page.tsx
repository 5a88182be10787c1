'use client'

import { ChevronRight, KeyRound, Plus } from 'lucide-react'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { useNow } from '@/components/ui/use-now'
import { useApi } from '@/lib/api/client/query'
import type { ApiKey } from '@/lib/api/contracts/keys'
import { contracts } from '@/lib/api/contracts/routes'
import { ApiKeysSkeleton } from './api-keys-skeleton'
import { ApiKeysTable } from './api-keys-table'
import { CreateKeyDialog } from './create-key-dialog'
import { isWorking } from './key-status'
import { RevokeKeyDialog } from './revoke-key-dialog'

/** The keys by which programs call the API: see them, make one, end one. */
export function ApiKeysPage() {
  const list = useApi(contracts.listKeys)
  const mayManage = useMay('key:manage')
  const [dialog, setDialog] = useQueryState('dialog', parseAsStringLiteral(['new']))
  const [revoking, setRevoking] = useState<ApiKey>()
  const keys = list.data?.items
  const create = (
    <Button variant="primary" onClick={() => void setDialog('new')}>
      <Plus aria-hidden />
      New key
    </Button>
  )

  return (
    <PageBody className="max-w-6xl">
      <PageHeader
        title="API keys"
        description="Programs call the API with a key. It acts in the name of the person who made it."
        actions={mayManage && keys && keys.length > 0 ? create : undefined}
      />
      {keys === undefined ? (
        list.error ? (
          <ErrorState
            title="The API keys could not be loaded"
            description={list.error.message}
            reference={list.error.requestId ? `Request ${list.error.requestId}` : undefined}
            onRetry={list.error.status === 403 ? undefined : () => void list.refetch()}
            retrying={list.isFetching}
          />
        ) : (
          <ApiKeysSkeleton />
        )
      ) : keys.length === 0 ? (
        <div className="rounded-lg border border-dashed">
          <EmptyState
            icon={KeyRound}
            title="No API keys yet"
            description="Make one to run workflows from your own systems, from a terminal or from an agent."
            actions={mayManage ? create : undefined}
          />
        </div>
      ) : (
        <KeyLists keys={keys} onRevoke={setRevoking} />
      )}
      <CreateKeyDialog open={dialog === 'new'} onOpenChange={(open) => void setDialog(open ? 'new' : null)} />
      <RevokeKeyDialog apiKey={revoking} onClose={() => setRevoking(undefined)} />
    </PageBody>
  )
}

function KeyLists({ keys, onRevoke }: { keys: ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  const nowMs = useNow(60_000)
  const working = keys.filter((key) => isWorking(key, nowMs))
  const ended = keys.filter((key) => !isWorking(key, nowMs))
  return (
    <>
      {working.length > 0 ? (
        <ApiKeysTable caption="Keys that work" keys={working} nowMs={nowMs} onRevoke={onRevoke} />
      ) : (
        <p className="rounded-lg border border-dashed px-4 py-8 text-center text-muted-foreground">
          No key works any more.
        </p>
      )}
      {ended.length > 0 ? (
        <details className="group">
          <summary className="flex w-fit list-none items-center gap-1.5 rounded-md py-1 pr-2 font-medium text-muted-foreground hover:text-foreground [&::-webkit-details-marker]:hidden">
            <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
            {ended.length === 1 ? '1 key that no longer works' : `${ended.length} keys that no longer work`}
          </summary>
          <div className="mt-2">
            <ApiKeysTable caption="Keys that no longer work" keys={ended} nowMs={nowMs} onRevoke={onRevoke} />
          </div>
        </details>
      ) : null}
    </>
  )
}
