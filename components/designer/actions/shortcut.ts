/** The part of a keyboard event that decides. */
export interface KeyPress {
  key: string
  metaKey: boolean
  ctrlKey: boolean
  shiftKey: boolean
  altKey: boolean
  code?: string
}

/** Modifiers and the key, the key last; the key itself may be `+`. */
function partsOf(shortcut: string): string[] {
  if (shortcut === '+') return ['+']
  return shortcut.endsWith('++') ? [...shortcut.slice(0, -2).split('+'), '+'] : shortcut.split('+')
}

const MODIFIERS = new Set(['mod', 'shift', 'alt'])

/** Whether a key press is this shortcut. `mod` is ⌘ on a Mac and Ctrl elsewhere; both are taken, since keyboards travel. */
export function matches(press: KeyPress, shortcut: string): boolean {
  const parts = partsOf(shortcut)
  const key = parts.at(-1) ?? ''
  const has = (modifier: string) => parts.includes(modifier)
  if (has('mod') !== (press.metaKey || press.ctrlKey) || has('alt') !== press.altKey) return false
  const named = key.length > 1
  const letter = /^[a-z0-9]$/.test(key)
  // `?` and `+` need shift on some keyboards and not on others: only letters, digits and named keys say something about it.
  if ((named || letter) && has('shift') !== press.shiftKey) return false
  if (press.key.toLowerCase() === key) return true
  // With shift a digit types `!`, and with alt a Mac types `å`: then the key counts, not the character.
  const code = press.code?.toLowerCase()
  return letter && (press.shiftKey || press.altKey) && (code === `key${key}` || code === `digit${key}`)
}

const SYMBOLS: Record<string, string> = {
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  enter: '↵',
  escape: 'Esc',
  delete: 'Del',
  backspace: '⌫',
  tab: 'Tab',
}

/** A shortcut as keys to be shown: `['⌘', '⇧', 'Z']`, or `['Ctrl', 'Shift', 'Z']`. */
export function keysOf(shortcut: string, modKey: string): string[] {
  const mac = modKey === '⌘'
  return partsOf(shortcut).map((part) => {
    if (part === 'mod') return modKey
    if (part === 'shift') return mac ? '⇧' : 'Shift'
    if (part === 'alt') return mac ? '⌥' : 'Alt'
    return SYMBOLS[part] ?? (part.length <= 2 ? part.toUpperCase() : part)
  })
}

/** A shortcut that is only a character: those can be switched off by people who type by voice. */
export function isCharacter(shortcut: string): boolean {
  const parts = partsOf(shortcut)
  return !parts.some((part) => MODIFIERS.has(part)) && (parts.at(-1) ?? '').length <= 1
}
