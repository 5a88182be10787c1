'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { formatUtc } from '@/components/ui/format'
import { SearchInput } from '@/components/ui/search-input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { nodeKey, type RunEvent } from '@/lib/engine/events'
import { CommentCount } from '../comments/comment-count'
import { describeEvent, type EventLine, nodeOfEvent, pathText } from '../describe-event'
import { clockText, EVENT_GROUPS, type EventGroup, filterEvents, offsetText } from './event-filter'

export interface EventLogProps {
  /** In order of `seq`. */
  events: readonly RunEvent[]
  nameOf: (nodeId: string) => string
  selectedNodeId: string | undefined
  onSelect: (nodeKey: string) => void
  /** The event to bring into view; another object brings it again. */
  shown: { seq: number } | undefined
  /** How many there are about each event, by its `seq`. */
  comments: ReadonlyMap<number, number>
  onComments: (seq: number, count: number) => void
}

const ROW_PX = 30
const ALL = 'all'

/** Every event of the run. Follows the end while it is in view; a click selects the node. */
export function EventLog(props: EventLogProps) {
  const { events, nameOf, selectedNodeId, onSelect, comments, onComments } = props
  const [group, setGroup] = useState<EventGroup | typeof ALL>(ALL)
  const [onlySelected, setOnlySelected] = useState(false)
  const [text, setText] = useState('')
  const [absolute, setAbsolute] = useState(false)
  const nodeId = onlySelected ? selectedNodeId : undefined
  const shown = useMemo(
    () => filterEvents(events, { group: group === ALL ? undefined : group, nodeId, text }, nameOf),
    [events, group, nodeId, text, nameOf],
  )
  const box = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const startMs = events[0] ? Date.parse(events[0].at) : 0

  const place = props.shown === undefined ? -1 : shown.findIndex((event) => event.seq === props.shown?.seq)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is brought into view when it is asked for, not again as the log grows
  useEffect(() => {
    if (place < 0) return
    follows.current = false
    rows.scrollToIndex(place, { align: 'center' })
  }, [props.shown])
  useEffect(() => {
    if (follows.current && box.current && shown.length > 0) box.current.scrollTop = box.current.scrollHeight
  }, [shown.length])

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-1.5 border-b px-3 py-1.5">
        <SearchInput
          label="Search events"
          value={text}
          onValueChange={setText}
          className="w-40 [&_input]:h-7 [&_input]:text-xs"
        />
        <Select value={group} onValueChange={(value) => setGroup(value as EventGroup | typeof ALL)}>
          <SelectTrigger aria-label="Kind of event" className="h-7! w-auto text-xs">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            <SelectItem value={ALL}>Every kind</SelectItem>
            {Object.entries(EVENT_GROUPS).map(([name, { label }]) => (
              <SelectItem key={name} value={name}>
                {label}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
        {selectedNodeId === undefined ? null : (
          <Button
            size="sm"
            variant={onlySelected ? 'secondary' : 'ghost'}
            aria-pressed={onlySelected}
            onClick={() => setOnlySelected(!onlySelected)}
          >
            Only “{nameOf(selectedNodeId)}”
          </Button>
        )}
        <Button size="sm" variant="ghost" className="ml-auto" onClick={() => setAbsolute(!absolute)}>
          {absolute ? 'Clock time' : 'Time since start'}
        </Button>
      </div>
      <div
        ref={box}
        role="log"
        aria-label="Events"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollTop + clientHeight >= scrollHeight - ROW_PX
        }}
        className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
      >
        {shown.length === 0 ? (
          <p className="p-4 text-muted-foreground text-sm">
            {events.length === 0 ? 'No event yet.' : 'No event matches the filters.'}
          </p>
        ) : (
          <div className="relative" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const event = shown[row.index]
              if (!event) return null
              const node = nodeOfEvent(event)
              return (
                <EventRow
                  key={event.seq}
                  event={event}
                  top={row.start}
                  name={node ? nameOf(node.nodeId) : ''}
                  place={node ? pathText(node.path) : ''}
                  time={absolute ? clockText(event.at) : offsetText(Date.parse(event.at) - startMs)}
                  isSelected={(node !== undefined && node.nodeId === selectedNodeId) || event.seq === props.shown?.seq}
                  comments={comments.get(event.seq) ?? 0}
                  onComments={onComments}
                  onSelect={node ? () => onSelect(nodeKey(node.path, node.nodeId)) : undefined}
                />
              )
            })}
          </div>
        )}
      </div>
    </div>
  )
}

interface EventRowProps {
  event: RunEvent
  top: number
  name: string
  place: string
  time: string
  isSelected: boolean
  onSelect: (() => void) | undefined
  comments: number
  onComments: EventLogProps['onComments']
}

function EventRow(props: EventRowProps) {
  const { event, name, place, time, onSelect, comments } = props
  const line = describeEvent(event)
  const content = (
    <>
      <span className="w-8 shrink-0 text-right font-mono text-2xs text-subtle-foreground">{event.seq}</span>
      <time
        dateTime={event.at}
        title={formatUtc(Date.parse(event.at))}
        className="w-20 shrink-0 truncate text-right font-mono text-2xs text-muted-foreground"
      >
        {time}
      </time>
      <span aria-hidden className={cn('size-1.5 shrink-0 rounded-full', DOT[line.tone])} />
      <span className="min-w-0 truncate">
        {name ? (
          <span className="font-medium">
            {name}
            {place ? <span className="font-normal text-muted-foreground"> {place}</span> : null}{' '}
          </span>
        ) : null}
        <span className={name ? 'text-muted-foreground' : 'font-medium'}>{name ? lower(line.title) : line.title}</span>
        {line.detail ? <span className="text-subtle-foreground"> · {line.detail}</span> : null}
      </span>
    </>
  )
  const className = 'flex h-full min-w-0 flex-1 items-center gap-2 pl-3 text-left focus-visible:-outline-offset-2'
  const title = line.detail ? `${line.title}: ${line.detail}` : undefined
  return (
    <div
      data-event={event.type}
      className={cn(
        'group/event absolute inset-x-0 flex items-center pr-2 text-xs',
        props.isSelected && 'bg-primary-soft/60',
        onSelect && 'hover:bg-muted/60',
      )}
      style={{ height: ROW_PX, transform: `translateY(${props.top}px)` }}
    >
      {onSelect ? (
        <button type="button" className={className} title={title} onClick={onSelect}>
          {content}
        </button>
      ) : (
        <div className={className} title={title}>
          {content}
        </div>
      )}
      <CommentCount
        count={comments}
        about={`event ${event.seq}`}
        onOpen={() => props.onComments(event.seq, comments)}
        className={cn(
          comments === 0 &&
            'opacity-0 focus-visible:opacity-100 group-hover/event:opacity-100 [@media(hover:none)]:opacity-60',
        )}
      />
    </div>
  )
}

const DOT: Record<EventLine['tone'], string> = {
  neutral: 'bg-border-strong',
  active: 'bg-running',
  good: 'bg-success',
  bad: 'bg-failure',
  waiting: 'bg-waiting',
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
