import type { SampleWorkflow } from './samples'

/** What the model writes and the editor may change: one shape, so that what is approved is what is published. */
const BULLETIN = {
  type: 'object',
  properties: {
    headline: { type: 'string', title: 'Headline', minLength: 1, maxLength: 140 },
    text: { type: 'string', title: 'Text', minLength: 1, maxLength: 8_000 },
  },
  required: ['headline', 'text'],
}

const STRONGEST = `(
  $all := nodes.\`Fetch feed\`.output.body.features[properties.type = "earthquake"];
  $strong := $all[properties.mag >= $inputs.minimum_magnitude]^(>properties.mag, >properties.time);
  {
    "feed": nodes.\`Fetch feed\`.output.body.metadata.title,
    "minimum_magnitude": inputs.minimum_magnitude,
    "total": $count($all),
    "count": $count($strong),
    "strongest": [$strong[[0..9]].{
      "magnitude": properties.mag,
      "place": properties.place,
      "time": $fromMillis(properties.time),
      "depth_km": $round(geometry.coordinates[2], 1),
      "url": properties.url
    }]
  }
)`

/** A line per earthquake, the strongest as a whole sentence. */
const FACTS = `$join([
  nodes.\`Strongest quakes\`.output.strongest[[0..5]]#$i.(
    $when := $fromMillis($toMillis(time), "[D] [MNn] [Y] at [H01]:[m01] UTC");
    $strength := $formatNumber(magnitude, "0.0");
    $i = 0
      ? "- An earthquake of magnitude " & $strength & " struck " & place & ", on " & $when & ", " & depth_km & " km below ground."
      : "- Magnitude " & $strength & ": " & place & ", " & $when & "."
  )
], "\\n")`

const PROMPT = `Write a bulletin for the public from the facts below: a headline and a short text.
Name the strongest earthquake first, and add nothing that is not among the facts.

Headline: Magnitude {{ $formatNumber(nodes.\`Strongest quakes\`.output.strongest[0].magnitude, "0.0") }} earthquake: {{ nodes.\`Strongest quakes\`.output.strongest[0].place }}

Facts:
{{ ${FACTS} }}
- Of {{ nodes.\`Strongest quakes\`.output.total }} earthquakes in the feed, {{ nodes.\`Strongest quakes\`.output.count }} reached magnitude {{ inputs.minimum_magnitude }}.

Source: {{ nodes.\`Strongest quakes\`.output.feed }}`

export const earthquakeBulletin: SampleWorkflow = {
  slug: 'earthquake-bulletin',
  name: 'Earthquake bulletin',
  description:
    'Reads an earthquake feed, picks the strongest, drafts a bulletin, lets a person edit and approve it, and publishes it.',
  tags: ['sample', 'approval'],
  definition: {
    schemaVersion: 1,
    kind: 'graph',
    inputs: {
      type: 'object',
      properties: {
        feed_url: {
          type: 'string',
          title: 'Feed',
          description: 'A GeoJSON feed of earthquakes. The sample is the USGS feed of one week of February 2018.',
          minLength: 1,
          default: '/samples/earthquakes.json',
        },
        minimum_magnitude: {
          type: 'number',
          title: 'Minimum magnitude',
          description: 'Weaker earthquakes are left out.',
          minimum: 0,
          maximum: 10,
          default: 5,
        },
        publish_url: {
          type: 'string',
          title: 'Publish to',
          description: 'Where the approved bulletin is sent. The sample sink keeps what it receives.',
          minLength: 1,
          default: '/api/samples/deliveries',
        },
      },
    },
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: { x: 0, y: 160 } },
      {
        id: 'fetch',
        type: 'http',
        name: 'Fetch feed',
        position: { x: 280, y: 160 },
        config: { method: 'GET', url: '{{ inputs.feed_url }}' },
        policy: { retry: { maxAttempts: 3, backoffMs: 1_000 } },
        note: 'Tries three times: feeds have bad moments.',
      },
      {
        id: 'strongest',
        type: 'transform',
        name: 'Strongest quakes',
        position: { x: 560, y: 160 },
        config: { expression: STRONGEST },
        note: 'Explosions and quarry blasts are in the feed too; they are left out.',
      },
      {
        id: 'any',
        type: 'condition',
        name: 'Strong enough?',
        position: { x: 840, y: 160 },
        config: { branches: [{ name: 'yes', when: 'nodes.`Strongest quakes`.output.count > 0' }] },
      },
      {
        id: 'draft',
        type: 'llm',
        name: 'Draft bulletin',
        position: { x: 1120, y: 60 },
        config: {
          model: 'offline/writer',
          system: 'You write short, factual bulletins in plain words.',
          prompt: PROMPT,
          schema: BULLETIN,
        },
        policy: { retry: { maxAttempts: 2, backoffMs: 2_000 } },
      },
      {
        id: 'review',
        type: 'approval',
        name: 'Editor approval',
        position: { x: 1400, y: 60 },
        config: {
          title: 'Publish “{{ nodes.`Draft bulletin`.output.headline }}”?',
          instructions:
            'Check names and numbers against the feed. You may edit both fields; what you approve is what is published.',
          show: '{{ nodes.`Draft bulletin`.output }}',
          form: BULLETIN,
        },
        note: 'There is no path for a rejection: it cancels the run.',
      },
      {
        id: 'publish',
        type: 'http',
        name: 'Publish',
        position: { x: 1680, y: 60 },
        config: {
          method: 'POST',
          url: '{{ inputs.publish_url }}',
          body: {
            headline: '{{ nodes.`Editor approval`.output.data.headline }}',
            text: '{{ nodes.`Editor approval`.output.data.text }}',
            earthquakes: '{{ nodes.`Strongest quakes`.output.strongest }}',
            approved_by: '{{ nodes.`Editor approval`.output.by }}',
          },
        },
        policy: { retry: { maxAttempts: 5, backoffMs: 1_000 } },
        note: 'Sent with an idempotency key: a retry never publishes twice.',
      },
      {
        id: 'published',
        type: 'end',
        name: 'Published',
        position: { x: 1960, y: 60 },
        config: {
          output: {
            published: true,
            headline: '{{ nodes.`Editor approval`.output.data.headline }}',
            text: '{{ nodes.`Editor approval`.output.data.text }}',
            approved_by: '{{ nodes.`Editor approval`.output.by }}',
            count: '{{ nodes.`Strongest quakes`.output.count }}',
            receipt: '{{ nodes.Publish.output.body }}',
          },
        },
      },
      {
        id: 'quiet',
        type: 'message',
        name: 'Tell it was quiet',
        position: { x: 1120, y: 300 },
        config: {
          text: 'A quiet week: none of {{ nodes.`Strongest quakes`.output.total }} earthquakes reached magnitude {{ inputs.minimum_magnitude }}.',
        },
      },
      {
        id: 'quiet_end',
        type: 'end',
        name: 'Quiet week',
        position: { x: 1400, y: 300 },
        config: {
          output: {
            published: false,
            reason: 'quiet week',
            total: '{{ nodes.`Strongest quakes`.output.total }}',
            count: 0,
          },
        },
      },
    ],
    edges: [
      { id: 'e1', source: 'start', target: 'fetch' },
      { id: 'e2', source: 'fetch', target: 'strongest' },
      { id: 'e3', source: 'strongest', target: 'any' },
      { id: 'e4', source: 'any', sourcePort: 'yes', target: 'draft' },
      { id: 'e5', source: 'draft', target: 'review' },
      { id: 'e6', source: 'review', sourcePort: 'approved', target: 'publish' },
      { id: 'e7', source: 'publish', target: 'published' },
      { id: 'e8', source: 'any', sourcePort: 'else', target: 'quiet' },
      { id: 'e9', source: 'quiet', target: 'quiet_end' },
    ],
  },
}
