import type { WorkflowNode } from '@/lib/workflow/document'
import { type DrawnPort, hasInput, portsOf } from './ports'

/**
 * The size of a node card and the places of its ports, computed instead of measured: layout, minimap, fit and a thousand
 * nodes need no rendering to know them. The style sheet draws cards of exactly this size.
 */
export const NODE_WIDTH = 240
export const HEADER_HEIGHT = 64
const PORT_ROW_HEIGHT = 26
const PORTS_PADDING = 6
export const HANDLE_SIZE = 12

/** A frame: the least room between its border and the steps in it, and how large it is when it is empty. */
export const FRAME = { left: 40, top: 36, right: 60, bottom: 40, minWidth: 420, minBody: 176 } as const

export interface Size {
  width: number
  height: number
}

/** One port needs no row of its own: it leaves from the middle of the card, unless it has a name to be read. */
export function showsPortRows(ports: readonly DrawnPort[]): boolean {
  return ports.length > 1 || ports.some((port) => port.name !== 'out')
}

export function sizeOf(ports: readonly DrawnPort[]): Size {
  const rows = showsPortRows(ports) ? ports.length * PORT_ROW_HEIGHT + PORTS_PADDING * 2 : 0
  return { width: NODE_WIDTH, height: HEADER_HEIGHT + rows }
}

export interface PlacedHandle {
  kind: 'source' | 'target'
  /** Port name; undefined for the input. */
  port?: string
  /** Middle of the handle, from the top of the card. */
  y: number
}

export function handlesOf(node: WorkflowNode, ports: readonly DrawnPort[]): PlacedHandle[] {
  const middle = HEADER_HEIGHT / 2
  const rows = showsPortRows(ports)
  const sources = ports.map((port, i): PlacedHandle => {
    const y = rows ? HEADER_HEIGHT + PORTS_PADDING + PORT_ROW_HEIGHT * (i + 0.5) : middle
    return { kind: 'source', port: port.name, y }
  })
  return hasInput(node) ? [{ kind: 'target', y: middle }, ...sources] : sources
}

/** How much lower than a step another one lies that a straight way leads to from this port. */
export function straightDrop(node: WorkflowNode, port: string): number {
  const handle = handlesOf(node, portsOf(node)).find((candidate) => candidate.port === port)
  return handle === undefined ? 0 : handle.y - HEADER_HEIGHT / 2
}
