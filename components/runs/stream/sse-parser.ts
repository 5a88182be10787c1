/** One message of a server-sent event stream. `id` is the last id seen so far, as the specification asks. */
export interface SseMessage {
  id: string
  event: string
  data: string
}

/**
 * Parses `text/event-stream` piece by piece, however the network cuts it. Source: WHATWG HTML, "Server-sent events".
 * A message that has not been closed by an empty line is never delivered: after a cut connection it comes again.
 */
export function sseParser(onMessage: (message: SseMessage) => void): (chunk: string) => void {
  let rest = ''
  let id = ''
  let event = ''
  let data: string[] = []

  function line(text: string) {
    if (text === '') {
      if (data.length > 0) onMessage({ id, event: event || 'message', data: data.join('\n') })
      event = ''
      data = []
      return
    }
    if (text.startsWith(':')) return
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id') id = value
  }

  return (chunk) => {
    rest += chunk
    // A trailing \r may be half of \r\n: wait for the next chunk before calling it a line end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const text of lines) line(text)
  }
}
