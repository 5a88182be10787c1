'use client'

import { Download, FileClock } from 'lucide-react'
import { parseAsString, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { useApiPages } from '@/lib/api/client/query'
import type { AuditRecord } from '@/lib/api/contracts/audit'
import { contracts } from '@/lib/api/contracts/routes'
import { SettingsList } from '../settings-list'
import { AuditFilters, type AuditFiltersValue, queryOf } from './audit-filters'
import { AuditSheet } from './audit-sheet'
import { AuditTable } from './audit-table'
import { VerifyLog } from './verify-log'

const NOTHING: AuditFiltersValue = { action: '', actor: '', target: '', from: '', to: '' }

/** Who did what in the team: find it, look at one record, verify the whole log, take it along as a file. */
export function AuditPage() {
  const [filters, setFilters] = useQueryStates({
    action: parseAsString.withDefault(''),
    actor: parseAsString.withDefault(''),
    target: parseAsString.withDefault(''),
    from: parseAsString.withDefault(''),
    to: parseAsString.withDefault(''),
  })
  const [shown, setShown] = useState<AuditRecord>()
  const query = queryOf(filters)
  const log = useApiPages(contracts.listAudit, { query })
  const isFiltered = Object.values(filters).some((value) => value !== '')
  return (
    <PageBody className="max-w-6xl">
      <PageHeader
        title="Audit"
        description="Who did what in the team. Nothing in it can be changed without its chain of hashes showing it."
        actions={
          <>
            <VerifyLog />
            <Button asChild>
              <a href={exportPath(query)} download="audit.json">
                <Download aria-hidden />
                Export
              </a>
            </Button>
          </>
        }
      />
      <AuditFilters value={filters} onChange={(next) => void setFilters(next)} />
      <SettingsList name="audit log" query={log}>
        {({ pages }) => {
          const records = pages.flatMap((page) => page.items)
          if (records.length === 0) {
            return (
              <div className="rounded-lg border border-dashed">
                <EmptyState
                  icon={FileClock}
                  title={isFiltered ? 'Nothing was done that fits' : 'Nothing was done yet'}
                  description={
                    isFiltered
                      ? 'Take a filter away to see more.'
                      : 'Signing in, keys, members, agents, workflows and decisions are written down here.'
                  }
                  actions={
                    isFiltered ? <Button onClick={() => void setFilters(NOTHING)}>Clear the filters</Button> : undefined
                  }
                />
              </div>
            )
          }
          return (
            <>
              <AuditTable records={records} onShow={setShown} />
              {log.hasNextPage ? (
                <Button className="mx-auto" pending={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                  Older records
                </Button>
              ) : null}
            </>
          )
        }}
      </SettingsList>
      <AuditSheet
        record={shown}
        onClose={() => setShown(undefined)}
        onFilter={(part) => {
          setShown(undefined)
          void setFilters({ ...NOTHING, ...part })
        }}
      />
    </PageBody>
  )
}

/** The file is always an unbroken chain, so it follows the days that are chosen and no other filter. */
function exportPath({ from, to }: { from?: string; to?: string }): string {
  const times = new URLSearchParams({ ...(from ? { from } : {}), ...(to ? { to } : {}) }).toString()
  return `/api/v1/audit/export${times ? `?${times}` : ''}`
}
