import { relative } from 'node:path'
import { renewSetupToken } from '@/lib/auth/setup-token'
import { env, publicUrl } from '@/lib/env'
import { sampleWorkflows } from '@/lib/workflow/samples'
import { firstRunFile, readFirstRun } from './first-run'

/** The lines that a start ends with: where it is, how to get in, and one command that runs a sample. */
export async function welcome(dataFolder: string): Promise<string[]> {
  const url = publicUrl()
  const lines = [`Countersign is ready: ${url}`, '']
  const token = await renewSetupToken()
  if (token !== null) {
    lines.push(
      `Set up      open ${url}/set-up#${token}`,
      '            The link works once; the next start prints a new one.',
    )
  }
  const firstRun = await readFirstRun(dataFolder)
  if (firstRun !== undefined) {
    const path = firstRunFile(dataFolder)
    const file = path.startsWith(process.cwd()) ? relative(process.cwd(), path) : path
    lines.push(`Sign in     as ${firstRun.email}; the password is in ${file}`)
    const sample = sampleWorkflows.find(({ slug }) => firstRun.workflows[slug] !== undefined)
    if (sample) lines.push(`Run it      ${executeLine(url, firstRun.workflows[sample.slug] ?? '', firstRun.api_key)}`)
  }
  if (env().NODE_ENV === 'development')
    lines.push('Edit        pages reload by themselves, the server restarts when lib/ changes')
  lines.push('Stop        Ctrl-C')
  return lines
}

function executeLine(url: string, workflowId: string, key: string): string {
  const body = JSON.stringify({ run_input: { command: 'start' } })
  return `curl -s ${url}/v1/workflows/${workflowId}/execute -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d '${body}'`
}
