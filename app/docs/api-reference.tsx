'use client'

import { useEffect, useRef, useState } from 'react'
import type { SwaggerUiPlugin } from 'swagger-ui-dist/swagger-ui-es-bundle.js'
import 'swagger-ui-dist/swagger-ui.css'
import './api-reference.css'

/** Swagger UI over the document at `url`, loaded when the page is shown: it is larger than the rest of the product. */
export function ApiReference({ url }: { url: string }) {
  const place = useRef<HTMLDivElement>(null)
  const [failed, setFailed] = useState(false)

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
