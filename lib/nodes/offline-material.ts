/** What the offline writer finds in a prompt: the material to write from, apart from the wishes about how to write. */
export interface Material {
  /** Items of lists, in their order. */
  facts: string[]
  /** Lines of the form `Label: value`, labels in lower case. */
  labels: Map<string, string>
  /** Sentences of running text that are no instructions. */
  sentences: string[]
}

const LIST_ITEM = /^\s*(?:[-*•–]|\d{1,3}[.)])\s+(\S.*)$/
const LABEL = /^\s*([A-Za-z][A-Za-z0-9 _/-]{0,39}):\s+(\S.*)$/
const HEADING = /^[^.!?]{1,60}:\s*$/
/** How people begin when they tell a model what to do. */
const INSTRUCTION =
  /^(?:please\s+)?(?:write|draft|summari[sz]e|answer|reply|respond|explain|describe|classify|extract|list|give|create|compose|produce|return|translate|rewrite|use|keep|do not|don't|never|always|be|begin|start|end|mention|name|include|avoid|make|you (?:are|write|answer|help|should|must|will|can|may)|your task|act as|only|from the)\b/i

export function readMaterial(prompt: string): Material {
  const material: Material = { facts: [], labels: new Map(), sentences: [] }
  for (const line of prompt.split('\n')) {
    const item = LIST_ITEM.exec(line)?.[1]
    const label = LABEL.exec(line)
    if (item !== undefined) {
      material.facts.push(item.trim())
    } else if (label?.[1] !== undefined && label[2] !== undefined && !/[.!?]\s/.test(label[1])) {
      material.labels.set(label[1].trim().toLowerCase(), label[2].trim())
    } else if (!HEADING.test(line)) {
      material.sentences.push(...sentencesOf(line).filter((sentence) => !INSTRUCTION.test(sentence)))
    }
  }
  return material
}

/** A full stop ends a sentence before white space and a capital, so "6.4" and "e.g. this" stay whole. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=["'“(]?[\p{Lu}\d])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** Begins with a capital and ends with a full stop. */
export function asSentence(text: string): string {
  const trimmed = text.trim().replace(/[;,]$/, '')
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?…]["'”)]?$/.test(capital) ? capital : `${capital}.`
}

/** The sentences that share most words with the rest, in their own order: what the text is mostly about. */
export function pickSentences(sentences: readonly string[], count: number): string[] {
  const wordsOf = (text: string) => text.toLowerCase().match(/\p{L}{4,}/gu) ?? []
  const frequency = new Map<string, number>()
  for (const word of sentences.flatMap(wordsOf)) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const scored = sentences.map((sentence, index) => {
    const words = wordsOf(sentence)
    const total = words.reduce((sum, word) => sum + (frequency.get(word) ?? 0), 0)
    // The square root keeps long sentences from winning by length alone; the first sentence usually says what follows.
    return { sentence, index, score: total / Math.sqrt(words.length + 1) + (index === 0 ? 1 : 0) }
  })
  const best = scored.sort((a, b) => b.score - a.score || a.index - b.index).slice(0, count)
  return best.sort((a, b) => a.index - b.index).map(({ sentence }) => sentence)
}
