'use strict';
(() => {
  const nav = document.querySelector('header nav');
  const button = (label, act) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = label;
    made.addEventListener('click', () => act(made));
    return made;
  };
  nav.append(button('Dark or light', () => {
    const root = document.documentElement;
    const dark = getComputedStyle(root).colorScheme === 'dark'
      || (root.dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
    root.dataset.theme = dark ? 'light' : 'dark';
  }));
  const details = [...document.querySelectorAll('details')];
  nav.append(button('Open all', (made) => {
    const open = details.some((each) => !each.open);
    details.forEach((each) => { each.open = open; });
    made.textContent = open ? 'Close all' : 'Open all';
  }));
  document.querySelectorAll('pre.copy').forEach((pre) => {
    const text = pre.textContent;
    pre.append(button('Copy', (made) => {
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(() => { made.textContent = 'Copied'; });
      } else {
        getSelection().selectAllChildren(pre);
      }
    }));
  });
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === 'DETAILS') { at.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  };
  addEventListener('hashchange', reveal);
  reveal();
  addEventListener('beforeprint', () => details.forEach((each) => { each.open = true; }));
})();
