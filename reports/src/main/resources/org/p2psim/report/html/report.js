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
  document.querySelectorAll('.lanes').forEach((lanes) => {
    const pictures = [...lanes.querySelectorAll('svg')].map((svg) => [svg, svg.viewBox.baseVal.width]);
    const names = lanes.querySelector('.lane-names');
    let zoom = 1;
    const show = (wanted) => {
      const middle = (lanes.scrollLeft + lanes.clientWidth / 2) / zoom;
      zoom = Math.min(4, Math.max(0.2, wanted));
      pictures.forEach(([svg, width]) => { svg.style.width = `${width * zoom}px`; });
      if (names) {
        names.style.width = `${179 * zoom}px`;
        names.style.marginRight = `${-179 * zoom}px`;
      }
      lanes.scrollLeft = middle * zoom - lanes.clientWidth / 2;
    };
    const bar = document.createElement('div');
    bar.className = 'zoom';
    bar.append(
      button('Zoom in', () => show(zoom * 1.5)),
      button('Zoom out', () => show(zoom / 1.5)),
      button('Whole width', () => show(lanes.clientWidth / pictures[pictures.length - 1][1])),
      button('Text size', () => show(1)),
    );
    lanes.before(bar);
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
