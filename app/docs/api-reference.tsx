'use client'

import { useTheme } from 'next-themes'
import { useEffect, useRef, useState } from 'react'
import type { SwaggerUiPlugin, SwaggerUiRequest } from 'swagger-ui-dist/swagger-ui-es-bundle.js'
import 'swagger-ui-dist/swagger-ui.css'
import './api-reference.css'

/**
 * Swagger UI over the document at `url`, loaded when the page is shown: it is larger than the rest of the product.
 * What is tried out is called with the key `apiKey`, or as the person who is signed in.
 */
export function ApiReference({ url, apiKey }: { url: string; apiKey: string | null }) {
  const place = useRef<HTMLDivElement>(null)
  const caller = useRef(apiKey)
  useEffect(() => {
    caller.current = apiKey
  }, [apiKey])
  const [failed, setFailed] = useState(false)
  const { resolvedTheme } = useTheme()

  useEffect(() => {
    const { classList } = document.documentElement
    classList.toggle('dark-mode', resolvedTheme === 'dark') // by this word the style sheet of Swagger UI knows it
    return () => classList.remove('dark-mode')
  }, [resolvedTheme])

  useEffect(() => {
    let isGone = false
    import('swagger-ui-dist/swagger-ui-es-bundle.js')
      .then(({ default: createSwaggerUi }) => {
        if (isGone || place.current === null) return
        createSwaggerUi({
          url,
          domNode: place.current,
          deepLinking: true,
          plugins: [plainSummaries],
          defaultModelsExpandDepth: 0,
          docExpansion: 'list',
          persistAuthorization: false,
          validatorUrl: null, // asks another host otherwise
          requestInterceptor: (request) => (request.loadSpec ? request : calledAs(caller.current, request)),
        })
      })
      .catch(() => setFailed(true))
    return () => {
      isGone = true
    }
  }, [url])

  return (
    <>
      {failed && (
        <p role="alert" className="p-6">
          The reference could not be loaded. The document itself is at <a href={url}>{url}</a>.
        </p>
      )}
      <div ref={place} />
    </>
  )
}

/** A call is the key's or the person's: both at once are refused when they speak of different people. */
function calledAs(apiKey: string | null, request: SwaggerUiRequest): SwaggerUiRequest {
  if (apiKey === null) return request
  return { ...request, headers: { ...request.headers, 'X-API-Key': apiKey }, credentials: 'omit' }
}

/**
 * The line of an operation is a button that opens it and puts it into the address; the link that would lie inside of that
 * button is left out, since a control inside a control cannot be reached by everybody.
 */
const plainSummaries: SwaggerUiPlugin = () => ({
  wrapComponents: {
    DeepLink:
      (_, { React }) =>
      ({ text }) =>
        React.createElement('span', null, text),
  },
})
