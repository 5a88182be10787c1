'use client'

import { Plug } from 'lucide-react'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { useMay } from '@/components/shell/use-principal'
import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import { toast } from '@/components/ui/toast'
import { useApi, useApiMutation } from '@/lib/api/client/query'
import type { Grant } from '@/lib/api/contracts/grants'
import { contracts } from '@/lib/api/contracts/routes'
import { KeyAccess } from '../key-access'
import { SettingsList } from '../settings-list'

/** Programs that act for people: see what they may do, and end it. */
export function ConnectedAppsPage() {
  const grants = useApi(contracts.listGrants)
  const seesAll = useMay('team:manage')
  const [ending, setEnding] = useState<Grant>()
  return (
    <PageBody className="max-w-6xl">
      <PageHeader
        title="Connected apps"
        description={
          seesAll
            ? 'Programs that members of the team let act for them, by signing in and allowing it.'
            : 'Programs that you let act for you in this team.'
        }
      />
      <SettingsList name="connected apps" query={grants}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="rounded-lg border border-dashed">
              <EmptyState
                icon={Plug}
                title="No connected apps"
                description="An agent or another MCP client that you connect asks you here what it may do, and is then listed."
              />
            </div>
          ) : (
            <AppsTable grants={items} onEnd={setEnding} />
          )
        }
      </SettingsList>
      <DisconnectDialog grant={ending} onClose={() => setEnding(undefined)} />
    </PageBody>
  )
}

function AppsTable({ grants, onEnd }: { grants: Grant[]; onEnd: (grant: Grant) => void }) {
  return (
    <Table>
      <caption className="sr-only">Connected apps</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">App</TableHeaderCell>
          <TableHeaderCell className="hidden sm:table-cell">May</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">Acts for</TableHeaderCell>
          <TableHeaderCell className="hidden lg:table-cell">Since</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">Last used</TableHeaderCell>
          <TableHeaderCell>
            <span className="sr-only">Actions</span>
          </TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {grants.map((grant) => (
          <TableRow key={grant.id}>
            <TableCell className="max-w-0 py-2.5">
              <p className="truncate font-medium">{grant.client_name}</p>
              <p className="truncate text-muted-foreground text-xs">
                {grant.described_by ?? 'Called so by itself'}
                <span className="md:hidden"> · for {grant.is_own ? 'you' : grant.user.name}</span>
              </p>
              <div className="mt-1.5 sm:hidden">
                <KeyAccess scopes={grant.scopes} />
              </div>
            </TableCell>
            <TableCell className="hidden sm:table-cell">
              <KeyAccess scopes={grant.scopes} />
            </TableCell>
            <TableCell className="hidden max-w-40 truncate text-muted-foreground md:table-cell">
              {grant.is_own ? 'You' : grant.user.name}
            </TableCell>
            <TableCell className="hidden text-muted-foreground lg:table-cell">
              <Time value={grant.created_at} />
            </TableCell>
            <TableCell className="hidden text-muted-foreground md:table-cell">
              {grant.last_used_at ? <Time value={grant.last_used_at} /> : 'Never'}
            </TableCell>
            <TableCell className="pr-2 text-right">
              <Button
                variant="ghost"
                size="sm"
                aria-label={`Disconnect ${grant.client_name}`}
                onClick={() => onEnd(grant)}
              >
                Disconnect
              </Button>
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

/** Asks before a program is cut off. `grant` undefined: closed. */
function DisconnectDialog({ grant, onClose }: { grant: Grant | undefined; onClose: () => void }) {
  const revoke = useApiMutation(contracts.revokeGrant, {
    invalidates: [contracts.listGrants],
    onSuccess: () => {
      toast.success('The app is disconnected', { description: 'Its calls are refused from now on.' })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open={grant !== undefined}
      onOpenChange={(open) => {
        if (open) return
        revoke.reset()
        onClose()
      }}
      title={`Disconnect “${grant?.client_name ?? ''}”?`}
      description="What it does is refused within seconds. To connect it again, it has to ask again."
      confirmLabel="Disconnect app"
      destructive
      pending={revoke.isPending}
      onConfirm={() => {
        if (grant) revoke.mutate({ params: { grant_id: grant.id } })
      }}
    >
      {revoke.error ? (
        <p role="alert" className="text-failure text-sm">
          {revoke.error.message}
        </p>
      ) : null}
    </ConfirmDialog>
  )
}
