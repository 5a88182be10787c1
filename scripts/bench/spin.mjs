/** How often one process does a bit of work in so many milliseconds: two at once show what a second one can add here. */
const work = Array.from({ length: 200 }, (_, index) => ({ index, text: `item ${index}` }))
const until = performance.now() + Number(process.argv[2])
let turns = 0
for (; performance.now() < until; turns++) JSON.parse(JSON.stringify(work))
process.send?.(turns)
