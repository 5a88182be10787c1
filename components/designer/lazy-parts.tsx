'use client'

import dynamic from 'next/dynamic'
import { useEffect, useState } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { useServices, useUi } from './designer-context'
import type { DialogName } from './store/ui-store'

/**
 * What the first look at a workflow does not need comes after it: the code editors, the expression language behind them
 * and the dialogs are most of the script of this page.
 */
const parts = {
  inspector: () => import('./inspector/inspector').then((module) => module.Inspector),
  sheet: () => import('./inspector/inspector').then((module) => module.InspectorSheet),
  run: () => import('@/components/runs/run-dialog').then((module) => module.RunDialog),
  live: () => import('./panels/live-run').then((module) => module.LiveRun),
  publish: () => import('./panels/publish-dialog').then((module) => module.PublishDialog),
  versions: () => import('./panels/versions-sheet').then((module) => module.VersionsSheet),
}

const RunDialog = dynamic(parts.run, { ssr: false })
export const LiveRun = dynamic(parts.live, { ssr: false })
const PublishDialog = dynamic(parts.publish, { ssr: false })
const VersionsSheet = dynamic(parts.versions, { ssr: false })
export const Inspector = dynamic(parts.inspector, { ssr: false, loading: () => <InspectorSkeleton /> })

export const InspectorSheet = dynamic(parts.sheet, { ssr: false })

const IDLE_MS = 1_500

/** Fetches the dialogs once the page has come to rest, so that opening one does not wait for its script. */
export function useWarmUp(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of [parts.run, parts.live, parts.publish, parts.versions]) void load()
    }, IDLE_MS)
    return () => clearTimeout(timer)
  }, [])
}

/** True from the first time a dialog opens: it stays, so that it can close with its motion. */
function useEverOpen(name: DialogName): boolean {
  const open = useUi((state) => state.dialog === name)
  const [ever, setEver] = useState(open)
  if (open && !ever) setEver(true)
  return ever || open
}

/** The large dialogs, each from the first time it is asked for. */
export function LazyDialogs({ readOnly }: { readOnly: boolean }) {
  const publish = useEverOpen('publish')
  const versions = useEverOpen('versions')
  const run = useEverOpen('run')
  return (
    <>
      {publish ? <PublishDialog /> : null}
      {versions ? <VersionsSheet /> : null}
      {run ? <RunHere readOnly={readOnly} /> : null}
    </>
  )
}

/** Asks for the inputs and starts a run, whose states then lie over this canvas. */
function RunHere({ readOnly }: { readOnly: boolean }) {
  const { ui, workflowId } = useServices()
  const open = useUi((state) => state.dialog === 'run')
  return (
    <RunDialog
      workflowId={workflowId}
      draft={!readOnly}
      open={open}
      onOpenChange={(next) => ui.getState().set({ dialog: next ? 'run' : null })}
      onStarted={(run) => ui.getState().set({ runId: run.id })}
    />
  )
}

function InspectorSkeleton() {
  return (
    <aside aria-busy aria-label="Inspector" className="w-[22rem] shrink-0 border-l bg-card p-4 2xl:w-[25rem]">
      <div className="grid gap-4">
        <Skeleton className="h-5 w-40" />
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
        <Skeleton className="h-24" />
      </div>
    </aside>
  )
}
