'use client'

import { useEffect, useState } from 'react'
import { ApiReference } from './api-reference'
import { KeyPicker } from './key-picker'

/** Of this tab alone: it ends with it, and no other page reads it. */
const PLACE = 'countersign:docs:key'

/** The reference, and as whom its operations are tried out. */
export function ApiDocs() {
  const [apiKey, setApiKey] = useState<string | null>(null)
  useEffect(() => setApiKey(sessionStorage.getItem(PLACE)), [])

  function choose(key: string | null) {
    if (key === null) sessionStorage.removeItem(PLACE)
    else sessionStorage.setItem(PLACE, key)
    setApiKey(key)
  }
  return (
    <>
      <KeyPicker apiKey={apiKey} onChoose={choose} />
      <ApiReference url="/api/openapi.json" apiKey={apiKey} />
    </>
  )
}
