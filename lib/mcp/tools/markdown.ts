import { cleanText } from '../clean-text'

/** A result as Markdown for people: one heading per object, one line per member; nested values as JSON. */
export function asMarkdown(result: Record<string, unknown>): string {
  const blocks = Object.entries(result).flatMap(([name, value]) => {
    if (Array.isArray(value))
      return value.length === 0 ? [`## ${name}\n\nnone`] : value.map((item) => block(name, item))
    return value === undefined || value === null ? [] : [block(name, value)]
  })
  return blocks.join('\n\n')
}

function block(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return `**${name}**: ${inline(value)}`
  const lines = Object.entries(value).flatMap(([key, member]) => {
    if (member === undefined || member === null) return []
    if (typeof member === 'object') return [`- **${key}**:\n\n\`\`\`json\n${JSON.stringify(member, null, 2)}\n\`\`\``]
    return [`- **${key}**: ${inline(member)}`]
  })
  return `## ${name}\n\n${lines.join('\n')}`
}

/** Text of others must not become headings, links or emphasis. */
function inline(value: unknown): string {
  return cleanText(String(value), 1_000).replace(/[\\`*_{}[\]<>()#+!|-]/g, '\\$&')
}
