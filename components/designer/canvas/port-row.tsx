import type { DrawnPort } from '../document/ports'

/** The name of an outgoing port, beside its handle. */
export function PortRow({ port }: { port: DrawnPort }) {
  const label = port.label ?? port.name
  return (
    <div className="ds-port" data-port={port.name} data-missing={port.missing || undefined}>
      <span>{port.missing ? `${label} (gone)` : label}</span>
    </div>
  )
}
