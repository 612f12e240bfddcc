import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

const docs = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const repository = 'https://github.com/astra-admin/astra'

// pages returns the Markdown files of a directory below docs, with their titles.
function pages(dir) {
  return readdirSync(join(docs, dir))
    .filter((name) => name.endsWith('.md') && name !== 'index.md' && name !== 'README.md')
    .map((name) => ({
      name: name.slice(0, -'.md'.length),
      text: readFileSync(join(docs, dir, name), 'utf8').match(/^# (.*)$/m)[1].replaceAll('`', ''),
      link: `/${dir}${name.slice(0, -'.md'.length)}`,
    }))
}

const byText = (a, b) => a.text.localeCompare(b.text, 'en')

// commands returns the pages of the reference as a tree: nouns, and below them their verbs.
function commands() {
  const all = pages('reference/')
  const nouns = all.filter(({ name }) => /^astra_[^_]+$/.test(name)).sort(byText)
  return nouns.map((noun) => {
    const verbs = all.filter(({ name }) => name.startsWith(noun.name + '_')).sort(byText)
    const item = { text: noun.text.replace('astra ', ''), link: noun.link }
    return verbs.length === 0
      ? item
      : { ...item, collapsed: true, items: verbs.map(({ text, link }) => ({ text: text.replace('astra ', ''), link })) }
  })
}

// linkRepository makes a link that leaves docs one to the file in the repository, which
// must exist.
function linkRepository(md) {
  md.core.ruler.push('repository', ({ tokens, env }) => {
    for (const token of tokens.flatMap((block) => block.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : ''
      if (!href || /^([a-z]+:|#|\/)/.test(href)) {
        continue
      }
      const [file, anchor] = href.split('#')
      const target = resolve(dirname(env.path), decodeURI(file))
      if (!existsSync(target)) {
        throw new Error(`${env.relativePath}: ${href} does not exist`)
      }
      if (relative(docs, target).startsWith('..')) {
        const path = relative(dirname(docs), target)
        token.attrSet('href', `${repository}/blob/main/${path}${anchor ? '#' + anchor : ''}`)
      } else {
        token.attrSet('href', href.replace(/README\.md(#.*)?$/, 'index.md$1'))
      }
    }
  })
}

// modules finds the modules that pages import: they are in this directory and not above
// the pages, which keeps docs clean.
const modules = {
  name: 'modules',
  enforce: 'pre',
  resolveId(source, importer, options) {
    if (/^vue(\/|$)/.test(source) && importer?.endsWith('.md')) {
      return this.resolve(source, fileURLToPath(import.meta.url), { ...options, skipSelf: true })
    }
  },
}

export default defineConfig({
  title: 'astra',
  description: 'A command-line tool for administering DataStax Astra DB organizations',
  lang: 'en-US',
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: true,
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  ignoreDeadLinks: ['http://127.0.0.1:8787'], // where "astra sandbox serve" listens
  markdown: { config: linkRepository },
  vite: { plugins: [modules] },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Features', link: '/features' },
      { text: 'Commands', link: '/reference/astra' },
      { text: 'Changelog', link: `${repository}/blob/main/CHANGELOG.md` },
    ],
    sidebar: [
      { text: 'Guides', items: pages('').sort(byText) },
      { text: 'Commands', link: '/reference/astra', items: commands() },
      { text: 'Decisions', link: '/decisions/', collapsed: true, items: pages('decisions/') },
    ],
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
    footer: { message: 'Apache-2.0. Not a product of DataStax.' },
  },
})
