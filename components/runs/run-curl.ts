import type { StartRunBody } from '@/lib/api/contracts/runs'

/** A command line that starts the same run. The key stays in the environment: what is copied must not hold a secret. */
export function startRunCurl(origin: string, workflowId: string, body: StartRunBody): string {
  return curl(`${origin}/v1/workflows/${workflowId}/runs`, { body })
}

/** A command line that reads a run. */
export function getRunCurl(origin: string, runId: string): string {
  return curl(`${origin}/v1/runs/${runId}`)
}

/** A command line for one request, whose URL may name variables of the shell. With a body it is a POST. */
export function curl(
  url: string,
  { body, headers = [], options = [] }: { body?: unknown; headers?: string[]; options?: string[] } = {},
): string {
  const words = ['curl -sS', ...options, ...(body === undefined ? [] : ['-X POST']), `"${url}"`]
  // Double quotes: the shell fills the key in.
  const lines = [
    words.join(' '),
    '-H "X-API-Key: $COUNTERSIGN_API_KEY"',
    ...headers.map((header) => `-H ${quote(header)}`),
  ]
  if (body !== undefined)
    lines.push("-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(body, null, 2))}`)
  return lines.join(' \\\n  ')
}

/** POSIX single quotes: nothing inside is special except the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
