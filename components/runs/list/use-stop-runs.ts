'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toast } from '@/components/ui/toast'
import { callApi } from '@/lib/api/client/call'
import { ApiError, messageOf } from '@/lib/api/client/error'
import { queryKey } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

export interface StopProgress {
  done: number
  total: number
}

/** Stops runs one after the other and says how it went. A run that has ended meanwhile counts as stopped. */
export function useStopRuns() {
  const client = useQueryClient()
  const [progress, setProgress] = useState<StopProgress | null>(null)

  async function stop(runIds: readonly string[]): Promise<void> {
    let failed: unknown
    let failures = 0
    for (const [index, run_id] of runIds.entries()) {
      setProgress({ done: index, total: runIds.length })
      try {
        await callApi(contracts.commandRun, { params: { run_id }, body: { command: 'stop' } })
      } catch (error) {
        if (error instanceof ApiError && error.code === 'run_ended') continue
        failed = error
        failures += 1
      }
    }
    setProgress(null)
    void client.invalidateQueries({ queryKey: queryKey(contracts.listRuns) })
    if (failures > 0) {
      toast.error(failures === 1 ? 'A run could not be stopped' : `${failures} runs could not be stopped`, {
        description: messageOf(failed),
      })
    } else {
      toast.success(runIds.length === 1 ? 'The run is being stopped' : `${runIds.length} runs are being stopped`)
    }
  }

  return { stop, progress }
}
