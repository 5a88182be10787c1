declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** Renders the document at `url` into `domNode`. */
  export default function createSwaggerUi(options: {
    url: string
    domNode: HTMLElement
    deepLinking?: boolean
    defaultModelsExpandDepth?: number
    docExpansion?: 'list' | 'full' | 'none'
    persistAuthorization?: boolean
    validatorUrl?: string | null
  }): unknown
}
