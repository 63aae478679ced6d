// What the browser gets, from assets/ to a folder: `node build.mjs ASSETS_FOLDER FONTS_FOLDER`.
//
// Every file directly in assets/ becomes one file with its content's hash in the name: .scss is compiled, .js is
// bundled, anything else is copied. manifest.json says which name became which. build.rs runs this.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { compile } from 'sass'

const root = dirname(fileURLToPath(import.meta.url))
const [assets, fonts] = process.argv.slice(2)
if (!assets || !fonts) {
  console.error('Usage: node build.mjs ASSETS_FOLDER FONTS_FOLDER')
  process.exit(2)
}

const modules = join(root, 'node_modules')
const notice = '/*! Contains GOV.UK Frontend, (c) Crown copyright, MIT Licence */\n'
// Old laptops in schools: browsers from 2020 on. Those without modules get the page without scripts.
const target = ['chrome80', 'edge80', 'firefox78', 'safari14.1']

async function style (file) {
  const { css } = compile(file, { loadPaths: [modules], style: 'compressed', quietDeps: true })
  // A quarter of the file says again what the page says once: colours beside their custom properties (every
  // browser with modules knows those) and the inherited font.
  const lean = css
    .replace(/var\((--govuk-[a-z-]+),\s*#[0-9a-f]+\)/g, 'var($1)')
    .replace(/@media print\{[^{}]+\{font-family:inherit\}\}/g, '')
    .replace(/font-family:inherit;-webkit-font-smoothing:antialiased;-moz-osx-font-smoothing:grayscale;?/g, '')
  const { code } = await transform(lean, { loader: 'css', minify: true, target, legalComments: 'none' })
  return notice + code
}

async function script (file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    format: 'esm',
    legalComments: 'none',
    minify: true,
    target,
    write: false
  })
  return notice + outputFiles[0].text
}

const kinds = {
  '.scss': { ext: '.css', make: style },
  '.js': { ext: '.js', make: script }
}

function clear (folder) {
  rmSync(folder, { force: true, recursive: true })
  mkdirSync(folder, { recursive: true })
}

clear(assets)
const manifest = {}
for (const entry of readdirSync(join(root, 'assets'), { withFileTypes: true })) {
  if (!entry.isFile()) continue
  const { name, ext } = parse(entry.name)
  const file = join(root, 'assets', entry.name)
  const kind = kinds[ext] ?? { ext, make: readFileSync }
  const content = await kind.make(file)
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8)
  manifest[name + kind.ext] = `${name}-${hash}${kind.ext}`
  writeFileSync(join(assets, manifest[name + kind.ext]), content)
}

clear(fonts)
const family = join(modules, '@expo-google-fonts/atkinson-hyperlegible')
const faces = {
  '400Regular': 'regular',
  '400Regular_Italic': 'italic',
  '700Bold': 'bold',
  '700Bold_Italic': 'bold-italic'
}
for (const [face, name] of Object.entries(faces)) {
  const file = join(family, face, `AtkinsonHyperlegible_${face}.ttf`)
  writeFileSync(join(fonts, `${name}.ttf`), readFileSync(file))
}
writeFileSync(join(fonts, 'LICENSE.txt'), readFileSync(join(family, 'LICENSE_FONT')))

// Last, so that a manifest means a whole build.
writeFileSync(join(assets, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
