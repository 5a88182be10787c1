import { type Example, type Snippet, startBody, TITLES, WAIT_SECONDS } from './snippet'

/** What the client is saved as, beside the program. */
const CLIENT = './countersign.ts'

/** The same steps with the typed client of this installation. Each goes on where the one before ended. */
export function typescriptSnippets(example: Example): Snippet[] {
  const { origin, workflowId, wait, answer, approval } = example
  const run = 'params: { run_id: run.id }'
  return [
    {
      id: 'set-up',
      title: `The client, saved from ${origin}/api/client.ts`,
      code: `import { countersign } from '${CLIENT}'

const api = countersign({ url: '${origin}', key: process.env.COUNTERSIGN_API_KEY })`,
    },
    {
      id: 'start',
      title: TITLES.start,
      code: `const run = await api.startRun({
  params: { workflow_id: '${workflowId}' },
  body: ${literal(startBody(example), 2)},
  headers: { 'idempotency-key': crypto.randomUUID() },
})
console.log(run.id, run.status${wait ? ', run.output' : ''})`,
    },
    {
      id: 'read',
      title: TITLES.read,
      code: `const later = await api.getRun({ ${run} })
console.log(later.status, later.output, later.waits)`,
    },
    {
      id: 'events',
      title: TITLES.events,
      code: `for await (const event of api.follow(run.id)) console.log(event.seq, event.type)`,
    },
    ...(answer
      ? [
          {
            id: 'answer' as const,
            title: TITLES.answer,
            code: `await api.commandRun({
  ${run},
  body: ${literal({ command: 'data', data: answer.data, wait: WAIT_SECONDS }, 2)},
})`,
          },
        ]
      : []),
    ...(approval
      ? [
          {
            id: 'approve' as const,
            title: TITLES.approve,
            code: `await api.approve({
  params: { run_id: run.id, node_id: ${JSON.stringify(approval.nodeId)} },
  body: { comment: 'Checked.' },
})`,
          },
        ]
      : []),
  ]
}

/** JSON is TypeScript; its lines after the first stand as deep as what it belongs to. */
function literal(value: unknown, indent: number): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(indent)}`)
}
