import { type Example, type Snippet, startBody, TITLES, WAIT_SECONDS } from './snippet'

/** The same steps with Python's standard library, version 3.9 or later. Each goes on where the one before ended. */
export function pythonSnippets(example: Example): Snippet[] {
  const { origin, workflowId, wait, answer, approval } = example
  return [
    {
      id: 'set-up',
      title: 'Nothing to install',
      code: `import json, os, urllib.request, uuid

def call(method, path, body=None, **headers):
    request = urllib.request.Request(
        "${origin}" + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"X-API-Key": os.environ["COUNTERSIGN_API_KEY"], "Content-Type": "application/json", **headers},
    )
    return urllib.request.urlopen(request)`,
    },
    {
      id: 'start',
      title: TITLES.start,
      code: `body = ${literal(startBody(example))}
once = {"Idempotency-Key": str(uuid.uuid4())}
run = json.load(call("POST", "/v1/workflows/${workflowId}/runs", body, **once))
print(run["id"], run["status"]${wait ? ', run["output"]' : ''})`,
    },
    {
      id: 'read',
      title: TITLES.read,
      code: `later = json.load(call("GET", f"/v1/runs/{run['id']}"))
print(later["status"], later["output"], later["waits"])`,
    },
    {
      id: 'events',
      title: TITLES.events,
      code: `for line in call("GET", f"/v1/runs/{run['id']}/events", Accept="text/event-stream"):
    if line.startswith(b"data: "):
        frame = json.loads(line[6:])
        if frame["kind"] == "event":
            print(frame["event"]["seq"], frame["event"]["type"])`,
    },
    ...(answer
      ? [
          {
            id: 'answer' as const,
            title: TITLES.answer,
            code: `answer = ${literal({ command: 'data', data: answer.data, wait: WAIT_SECONDS })}
call("POST", f"/v1/runs/{run['id']}/commands", answer)`,
          },
        ]
      : []),
    ...(approval
      ? [
          {
            id: 'approve' as const,
            title: TITLES.approve,
            code: `call("POST", f"/v1/runs/{run['id']}/nodes/${approval.nodeId}/approve", {"comment": "Checked."})`,
          },
        ]
      : []),
  ]
}

/** JSON as Python: the same, but for three words. */
function literal(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  const deeper = `${indent}    `
  const parts = Array.isArray(value)
    ? value.map((item) => literal(item, deeper))
    : Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${literal(member, deeper)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (parts.length === 0) return `${open}${close}`
  return `${open}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close}`
}
