import { curl } from '@/components/runs/run-curl'
import { type Example, KEY_PLACE, type Snippet, startBody, TITLES, WAIT_SECONDS } from './snippet'

/** The same steps as shell commands. `RUN` is the id that the start answers. */
export function curlSnippets(example: Example): Snippet[] {
  const { origin, workflowId, answer, approval } = example
  const run = `${origin}/v1/runs/$RUN`
  return [
    { id: 'set-up', title: 'Once per terminal', code: `export COUNTERSIGN_API_KEY='${KEY_PLACE}'` },
    {
      id: 'start',
      title: TITLES.start,
      code: curl(`${origin}/v1/workflows/${workflowId}/runs`, { body: startBody(example) }),
    },
    { id: 'read', title: TITLES.read, code: `RUN='id of the run'\n${curl(run)}` },
    {
      id: 'events',
      title: TITLES.events,
      code: curl(`${run}/events`, { options: ['-N'], headers: ['Accept: text/event-stream'] }),
    },
    ...(answer
      ? [
          {
            id: 'answer' as const,
            title: TITLES.answer,
            code: curl(`${run}/commands`, { body: { command: 'data', data: answer.data, wait: WAIT_SECONDS } }),
          },
        ]
      : []),
    ...(approval
      ? [
          {
            id: 'approve' as const,
            title: TITLES.approve,
            code: curl(`${run}/nodes/${approval.nodeId}/approve`, { body: { comment: 'Checked.' } }),
          },
        ]
      : []),
  ]
}
