import { withBase } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import './style.css'

const demo = () =>
  h('img', {
    class: 'demo',
    src: withBase('/demo.svg'),
    alt: 'A terminal: a role for one keyspace, an invitation, the rotation of a token, and the variables of a database',
    width: 775,
    height: 540,
  })

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-after': demo }),
}
