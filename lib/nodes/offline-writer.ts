import { sampleOf } from '../engine/json-sample'
import { checkAgainstSchema } from '../engine/json-schema'
import { asSentence, type Material, pickSentences, readMaterial } from './offline-material'

/**
 * The built-in model: it writes a plain draft out of the facts in the prompt, and nothing that is not in it. No network, no
 * key, and the same answer every time, so every sample runs anywhere and every test can say what it expects.
 */

export interface OfflineRequest {
  prompt: string
  /** With a schema the answer is a value that conforms to it. */
  schema?: Record<string, unknown>
}

const MAX_FACTS = 12
const FACTS_PER_PARAGRAPH = 4
const MAX_SENTENCES = 5

export function writeOffline({ prompt, schema }: OfflineRequest): { text: string; value: unknown } {
  const material = readMaterial(prompt)
  if (!schema) {
    const text = paragraphs(material, prompt)
    return { text, value: text }
  }
  const value = fill(schema, '', material, prompt)
  const checked = checkAgainstSchema(schema, value)
  const safe = checked.valid ? checked.value : sampleOf(schema)
  return { text: JSON.stringify(safe, null, 2), value: safe }
}

const TITLE_LABELS = ['headline', 'title', 'subject', 'heading']
const SOURCE_LABELS = ['source', 'sources']

function titleOf(material: Material, prompt: string): string {
  for (const label of TITLE_LABELS) {
    const given = material.labels.get(label)
    if (given !== undefined) return given.replace(/\.$/, '')
  }
  const first = material.facts[0] ?? material.sentences[0] ?? prompt.split('\n', 1)[0] ?? ''
  const words = first.trim().split(/\s+/)
  const short = words.slice(0, 12).join(' ')
  return (words.length > 12 ? `${short} …` : short).replace(/[.,;:]$/, '')
}

/** The first fact leads; the others follow in groups; labels that are not titles become sentences; the source comes last. */
function paragraphs(material: Material, prompt: string): string {
  const { facts, labels, sentences } = material
  const [lead, ...others] = facts.slice(0, MAX_FACTS).map(asSentence)
  const blocks: string[] = lead === undefined ? [] : [lead]
  for (let from = 0; from < others.length; from += FACTS_PER_PARAGRAPH) {
    blocks.push(others.slice(from, from + FACTS_PER_PARAGRAPH).join(' '))
  }
  if (facts.length > MAX_FACTS) blocks.push(`And ${facts.length - MAX_FACTS} more.`)
  const said = [...labels].filter(([label]) => !TITLE_LABELS.includes(label) && !SOURCE_LABELS.includes(label))
  if (facts.length === 0 && said.length > 0) {
    blocks.push(said.map(([label, value]) => asSentence(`${label}: ${value}`)).join(' '))
  }
  if (sentences.length > 0) {
    const most = blocks.length > 0 ? 2 : MAX_SENTENCES
    const picked = pickSentences(sentences, Math.min(most, Math.ceil(sentences.length / 2)))
    blocks.push(picked.map(asSentence).join(' '))
  }
  if (blocks.length === 0) blocks.push(asSentence(prompt.trim().split('\n', 1)[0] ?? ''))
  const source = SOURCE_LABELS.map((label) => labels.get(label)).find((value) => value !== undefined)
  if (source !== undefined) blocks.push(asSentence(`Source: ${source}`))
  return blocks.join('\n\n')
}

function fill(schema: unknown, name: string, material: Material, prompt: string): unknown {
  if (!isObject(schema)) return null
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return mentioned(schema.enum, name, material, prompt)
  const type = Array.isArray(schema.type) ? schema.type[0] : (schema.type ?? (schema.properties ? 'object' : undefined))
  const labelled = labelOf(name, material)
  switch (type) {
    case 'object': {
      const properties = isObject(schema.properties) ? Object.entries(schema.properties) : []
      return Object.fromEntries(properties.map(([key, member]) => [key, fill(member, key, material, prompt)]))
    }
    case 'array':
      return fillList(schema, material)
    case 'integer':
    case 'number':
      return numberIn(labelled) ?? sampleOf(schema, name)
    case 'boolean':
      return /^(yes|true|1)\b/i.test(labelled ?? '')
    case 'string':
      return fillText(schema, name, labelled, material, prompt)
    default:
      return sampleOf(schema, name)
  }
}

function fillText(
  schema: Record<string, unknown>,
  name: string,
  labelled: string | undefined,
  material: Material,
  prompt: string,
): unknown {
  const isTitle = TITLE_LABELS.some((label) => name.toLowerCase().includes(label))
  const text = isTitle ? titleOf(material, prompt) : (labelled ?? paragraphs(material, prompt))
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY
  const fitted = text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1)).trimEnd()}…`
  return checkAgainstSchema(schema, fitted).valid ? fitted : sampleOf(schema, name)
}

function fillList(schema: Record<string, unknown>, material: Material): unknown {
  const most = typeof schema.maxItems === 'number' ? schema.maxItems : MAX_FACTS
  const items = schema.items
  const isText = !isObject(items) || items.type === undefined || items.type === 'string'
  return isText && material.facts.length > 0 ? material.facts.slice(0, most) : sampleOf(schema)
}

/** The allowed value that the prompt names, its own label first; else the first. */
function mentioned(values: unknown[], name: string, material: Material, prompt: string): unknown {
  const near = labelOf(name, material)?.toLowerCase() ?? ''
  const texts = [
    near,
    material.facts.join(' ').toLowerCase(),
    material.sentences.join(' ').toLowerCase(),
    prompt.toLowerCase(),
  ]
  for (const text of texts) {
    const positions = values.map((value) => ({ value, at: text.indexOf(String(value).toLowerCase()) }))
    const first = positions.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)[0]
    if (first) return first.value
  }
  return values[0]
}

function labelOf(name: string, material: Material): string | undefined {
  const wanted = name.replace(/[_-]+/g, ' ').toLowerCase()
  return material.labels.get(wanted) ?? material.labels.get(name.toLowerCase())
}

function numberIn(text: string | undefined): number | undefined {
  const found = /-?\d+(\.\d+)?/.exec(text ?? '')
  return found ? Number(found[0]) : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
