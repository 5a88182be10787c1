import { Button } from '@/components/ui/button'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { ApiKey } from '@/lib/api/contracts/keys'
import { KeyAccess } from './key-access'
import { isWorking, KeyStatus, keyState } from './key-status'

interface ApiKeysTableProps {
  /** For assistive technology: which keys these are. */
  caption: string
  keys: ApiKey[]
  nowMs: number
  onRevoke: (key: ApiKey) => void
}

/** One row per key; on a phone the columns fold under the name. */
export function ApiKeysTable({ caption, keys, nowMs, onRevoke }: ApiKeysTableProps) {
  return (
    <Table>
      <caption className="sr-only">{caption}</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">Key</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">May</TableHeaderCell>
          <TableHeaderCell className="hidden lg:table-cell">Made by</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">Last used</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">Ends</TableHeaderCell>
          <TableHeaderCell className="hidden sm:table-cell">Status</TableHeaderCell>
          <TableHeaderCell>
            <span className="sr-only">Actions</span>
          </TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {keys.map((key) => (
          <KeyRow key={key.id} apiKey={key} nowMs={nowMs} onRevoke={onRevoke} />
        ))}
      </TableBody>
    </Table>
  )
}

function KeyRow({ apiKey, nowMs, onRevoke }: { apiKey: ApiKey; nowMs: number; onRevoke: (key: ApiKey) => void }) {
  const state = keyState(apiKey, nowMs)
  const quiet = isWorking(apiKey, nowMs) ? '' : 'text-muted-foreground'
  return (
    <TableRow>
      <TableCell className="max-w-0 py-2.5">
        <p className={`truncate font-medium ${quiet}`}>{apiKey.name}</p>
        <p className="truncate font-mono text-muted-foreground text-xs">{apiKey.prefix}…</p>
        <div className="mt-1.5 flex flex-wrap items-center gap-1.5 text-muted-foreground text-xs md:hidden">
          <span className="sm:hidden">
            <KeyStatus state={state} />
          </span>
          <KeyAccess scopes={apiKey.scopes} />
          <span>
            {apiKey.last_used_at ? (
              <>
                used <Time value={apiKey.last_used_at} />
              </>
            ) : (
              'never used'
            )}
          </span>
        </div>
      </TableCell>
      <TableCell className="hidden md:table-cell">
        <KeyAccess scopes={apiKey.scopes} />
      </TableCell>
      <TableCell className="hidden max-w-40 text-muted-foreground lg:table-cell">
        <p className="truncate">{apiKey.created_by}</p>
        <Time value={apiKey.created_at} className="text-xs" />
      </TableCell>
      <TableCell className="hidden text-muted-foreground md:table-cell">
        {apiKey.last_used_at ? <Time value={apiKey.last_used_at} /> : 'Never'}
      </TableCell>
      <TableCell className="hidden text-muted-foreground md:table-cell">
        {apiKey.expires_at ? <Time value={apiKey.expires_at} /> : 'Never'}
      </TableCell>
      <TableCell className="hidden sm:table-cell">
        <KeyStatus state={state} />
      </TableCell>
      <TableCell className="pr-2 text-right">
        {apiKey.can_revoke && isWorking(apiKey, nowMs) ? (
          <Button variant="ghost" size="sm" aria-label={`Revoke ${apiKey.name}`} onClick={() => onRevoke(apiKey)}>
            Revoke
          </Button>
        ) : null}
      </TableCell>
    </TableRow>
  )
}
