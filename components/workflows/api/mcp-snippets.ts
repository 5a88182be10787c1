import { type Example, KEY_PLACE } from './snippet'

/** What an MCP client is configured with, over Streamable HTTP. */
export function mcpConfiguration(origin: string): string {
  const headers = { Authorization: `Bearer ${KEY_PLACE}` }
  return json({ mcpServers: { countersign: { type: 'http', url: `${origin}/api/mcp`, headers } } })
}

/** The call of a tool that starts this workflow: its own tool when it is exposed as one. */
export function mcpCall({ tool, workflowId, input }: Example): string {
  return json(
    tool === null
      ? { name: 'run_workflow', arguments: { workflow_id: workflowId, input_values: input } }
      : { name: tool, arguments: input },
  )
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
