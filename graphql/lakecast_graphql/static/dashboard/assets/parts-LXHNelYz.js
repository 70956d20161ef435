var e,t,n,r,i,a,o,s,c,l,u,d,f,p,m,h={},g=[],_=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,v=Array.isArray;function y(e,t){for(var n in t)e[n]=t[n];return e}function b(e){e&&e.parentNode&&e.parentNode.removeChild(e)}function x(t,n,r){var i,a,o,s={};for(o in n)o==`key`?i=n[o]:o==`ref`?a=n[o]:s[o]=n[o];if(arguments.length>2&&(s.children=arguments.length>3?e.call(arguments,2):r),typeof t==`function`&&t.defaultProps!=null)for(o in t.defaultProps)s[o]===void 0&&(s[o]=t.defaultProps[o]);return S(t,s,i,a,null)}function S(e,r,i,a,o){var s={type:e,props:r,key:i,ref:a,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:o??++n,__i:-1,__u:0};return o==null&&t.vnode!=null&&t.vnode(s),s}function C(e){return e.children}function w(e,t){this.props=e,this.context=t}function T(e,t){if(t==null)return e.__?T(e.__,e.__i+1):null;for(var n;t<e.__k.length;t++)if((n=e.__k[t])!=null&&n.__e!=null)return n.__e;return typeof e.type==`function`?T(e):null}function E(e){if(e.__P&&e.__d){var n=e.__v,r=n.__e,i=[],a=[],o=y({},n);o.__v=n.__v+1,t.vnode&&t.vnode(o),ae(e.__P,o,n,e.__n,e.__P.namespaceURI,32&n.__u?[r]:null,i,r??T(n),!!(32&n.__u),a),o.__v=n.__v,o.__.__k[o.__i]=o,se(i,o,a),n.__e=n.__=null,o.__e!=r&&D(o)}}function D(e){if((e=e.__)!=null&&e.__c!=null)return e.__e=e.__c.base=null,e.__k.some(function(t){if(t!=null&&t.__e!=null)return e.__e=e.__c.base=t.__e}),D(e)}function O(e){(!e.__d&&(e.__d=!0)&&i.push(e)&&!k.__r++||a!=t.debounceRendering)&&((a=t.debounceRendering)||o)(k)}function k(){try{for(var e,t=1;i.length;)i.length>t&&i.sort(s),e=i.shift(),t=i.length,E(e)}finally{i.length=k.__r=0}}function ee(e,t,n,r,i,a,o,s,c,l,u){var d,f,p,m,_,v,y=r&&r.__k||g,b=t.length;for(c=A(n,t,y,c,b),d=0;d<b;d++)(p=n.__k[d])!=null&&(f=p.__i!=-1&&y[p.__i]||h,p.__i=d,v=ae(e,p,f,i,a,o,s,c,l,u),m=p.__e,p.ref&&f.ref!=p.ref&&(f.ref&&ue(f.ref,null,p),u.push(p.ref,p.__c||m,p)),_==null&&m!=null&&(_=m),4&p.__u?(c=te(p,c,e),f.__e&&(f.__e=null)):typeof p.type==`function`&&v!==void 0?c=v:m&&(c=m.nextSibling),p.__u&=-7);return n.__e=_,c}function A(e,t,n,r,i){var a,o,s,c,l,u=n.length,d=u,f=0;for(e.__k=Array(i),a=0;a<i;a++)(o=t[a])!=null&&typeof o!=`boolean`&&typeof o!=`function`?(typeof o==`string`||typeof o==`number`||typeof o==`bigint`||o.constructor==String?o=e.__k[a]=S(null,o,null,null,null):v(o)?o=e.__k[a]=S(C,{children:o},null,null,null):o.constructor===void 0&&o.__b>0?o=e.__k[a]=S(o.type,o.props,o.key,o.ref?o.ref:null,o.__v):e.__k[a]=o,c=a+f,o.__=e,o.__b=e.__b+1,s=null,(l=o.__i=ne(o,n,c,d))!=-1&&(d--,(s=n[l])&&(s.__u|=2)),s==null||s.__v==null?(l==-1&&(i>u?f--:i<u&&f++),typeof o.type!=`function`&&(o.__u|=4)):l!=c&&(l==c-1?f--:l==c+1?f++:(l>c?f--:f++,o.__u|=4))):e.__k[a]=null;if(d)for(a=0;a<u;a++)(s=n[a])!=null&&!(2&s.__u)&&(s.__e==r&&(r=T(s)),de(s,s));return r}function te(e,t,n){var r,i;if(typeof e.type==`function`){for(r=e.__k,i=0;r&&i<r.length;i++)r[i]&&(r[i].__=e,t=te(r[i],t,n));return t}e.__e!=t&&(t&&e.type&&!t.parentNode&&(t=T(e)),t=n.insertBefore(e.__e,t||null));do t&&=t.nextSibling;while(t!=null&&t.nodeType==8);return t}function ne(e,t,n,r){var i,a,o,s=e.key,c=e.type,l=t[n],u=l!=null&&!(2&l.__u);if(l===null&&s==null||u&&s==l.key&&c==l.type)return n;if(r>+!!u){for(i=n-1,a=n+1;i>=0||a<t.length;)if((l=t[o=i>=0?i--:a++])!=null&&!(2&l.__u)&&s==l.key&&c==l.type)return o}return-1}function re(e,t,n){t[0]==`-`?e.setProperty(t,n??``):e[t]=n==null?``:typeof n!=`number`||_.test(t)?n:n+`px`}function j(e,t,n,r,i){var a,o;n:if(t==`style`){if(typeof n==`string`)e.style.cssText=n;else{if(typeof r==`string`&&(e.style.cssText=r=``),r)for(t in r)n&&t in n||re(e.style,t,``);if(n)for(t in n)r&&n[t]==r[t]||re(e.style,t,n[t])}}else if(t[0]==`o`&&t[1]==`n`)a=t!=(t=t.replace(d,`$1`)),o=t.toLowerCase(),t=o in e||t==`onFocusOut`||t==`onFocusIn`?o.slice(2):t.slice(2),e.l||={},e.l[t+a]=n,n?r?n[u]=r[u]:(n[u]=f,e.addEventListener(t,a?m:p,a)):e.removeEventListener(t,a?m:p,a);else{if(i==`http://www.w3.org/2000/svg`)t=t.replace(/xlink(H|:h)/,`h`).replace(/sName$/,`s`);else if(t!=`width`&&t!=`height`&&t!=`href`&&t!=`list`&&t!=`form`&&t!=`tabIndex`&&t!=`download`&&t!=`rowSpan`&&t!=`colSpan`&&t!=`role`&&t!=`popover`&&t in e)try{e[t]=n??``;break n}catch{}typeof n==`function`||(n==null||!1===n&&t[4]!=`-`?e.removeAttribute(t):e.setAttribute(t,t==`popover`&&n==1?``:n))}}function ie(e){return function(n){if(this.l){var r=this.l[n.type+e];if(n[l]==null)n[l]=f++;else if(n[l]<r[u])return;return r(t.event?t.event(n):n)}}}function ae(e,n,r,i,a,o,s,c,l,u){var d,f,p,m,h,_,x,S,E,D,O,k,A,te,ne,re,j=n.type;if(n.constructor!==void 0)return null;128&r.__u&&(l=!!(32&r.__u),o=[c=n.__e=r.__e]),(d=t.__b)&&d(n);n:if(typeof j==`function`){f=s.length;try{if(E=n.props,D=j.prototype&&j.prototype.render,O=(d=j.contextType)&&i[d.__c],k=d?O?O.props.value:d.__:i,r.__c?S=(p=n.__c=r.__c).__=p.__E:(D?n.__c=p=new j(E,k):(n.__c=p=new w(E,k),p.constructor=j,p.render=fe),O&&O.sub(p),p.state||(p.state={}),p.__n=i,m=p.__d=!0,p.__h=[],p._sb=[]),D&&p.__s==null&&(p.__s=p.state),D&&j.getDerivedStateFromProps!=null&&(p.__s==p.state&&(p.__s=y({},p.__s)),y(p.__s,j.getDerivedStateFromProps(E,p.__s))),h=p.props,_=p.state,p.__v=n,m)D&&j.getDerivedStateFromProps==null&&p.componentWillMount!=null&&p.componentWillMount(),D&&p.componentDidMount!=null&&p.__h.push(p.componentDidMount);else{if(D&&j.getDerivedStateFromProps==null&&E!==h&&p.componentWillReceiveProps!=null&&p.componentWillReceiveProps(E,k),n.__v==r.__v||!p.__e&&p.shouldComponentUpdate!=null&&!1===p.shouldComponentUpdate(E,p.__s,k)){n.__v!=r.__v&&(p.props=E,p.state=p.__s,p.__d=!1),n.__e=r.__e,n.__k=r.__k,n.__k.some(function(e){e&&(e.__=n)}),g.push.apply(p.__h,p._sb),p._sb=[],p.__h.length&&s.push(p),c=T(r);break n}p.componentWillUpdate!=null&&p.componentWillUpdate(E,p.__s,k),D&&p.componentDidUpdate!=null&&p.__h.push(function(){p.componentDidUpdate(h,_,x)})}if(p.context=k,p.props=E,p.__P=e,p.__e=!1,A=t.__r,te=0,D)p.state=p.__s,p.__d=!1,A&&A(n),d=p.render(p.props,p.state,p.context),g.push.apply(p.__h,p._sb),p._sb=[];else do p.__d=!1,A&&A(n),d=p.render(p.props,p.state,p.context),p.state=p.__s;while(p.__d&&++te<25);p.state=p.__s,p.getChildContext!=null&&(i=y(y({},i),p.getChildContext())),D&&!m&&p.getSnapshotBeforeUpdate!=null&&(x=p.getSnapshotBeforeUpdate(h,_)),ne=d!=null&&d.type===C&&d.key==null?ce(d.props.children):d,c=ee(e,v(ne)?ne:[ne],n,r,i,a,o,s,c,l,u),p.base=n.__e,n.__u&=-161,p.__h.length&&s.push(p),S&&(p.__E=p.__=null)}catch(e){if(s.length=f,n.__v=null,l||o!=null){if(e.then){for(n.__u|=l?160:128;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;o!=null&&(o[o.indexOf(c)]=null),n.__e=c}else if(o!=null)for(re=o.length;re--;)b(o[re])}else n.__e=r.__e;n.__k??=r.__k||[],e.then||oe(n),t.__e(e,n,r)}}else o==null&&n.__v==r.__v?(n.__k=r.__k,n.__e=r.__e):c=n.__e=le(r.__e,n,r,i,a,o,s,l,u);return(d=t.diffed)&&d(n),128&n.__u?void 0:c}function oe(e){e&&(e.__c&&(e.__c.__e=!0),e.__k&&e.__k.some(oe))}function se(e,n,r){for(var i=0;i<r.length;i++)ue(r[i],r[++i],r[++i]);t.__c&&t.__c(n,e),e.some(function(n){try{e=n.__h,n.__h=[],e.some(function(e){e.call(n)})}catch(e){t.__e(e,n.__v)}})}function ce(e){return typeof e!=`object`||!e||e.__b>0?e:v(e)?e.map(ce):e.constructor===void 0?y({},e):null}function le(n,r,i,a,o,s,c,l,u){var d,f,p,m,g,_,y,x=i.props||h,S=r.props,C=r.type;if(C==`svg`?o=`http://www.w3.org/2000/svg`:C==`math`?o=`http://www.w3.org/1998/Math/MathML`:o||=`http://www.w3.org/1999/xhtml`,s!=null){for(d=0;d<s.length;d++)if((g=s[d])&&`setAttribute`in g==!!C&&(C?g.localName==C:g.nodeType==3)){n=g,s[d]=null;break}}if(n==null){if(C==null)return document.createTextNode(S);n=document.createElementNS(o,C,S.is&&S),l&&=(t.__m&&t.__m(r,s),!1),s=null}if(C==null)x===S||l&&n.data==S||(n.data=S);else{if(s=C==`textarea`&&S.defaultValue!=null?null:s&&e.call(n.childNodes),!l&&s!=null)for(x={},d=0;d<n.attributes.length;d++)x[(g=n.attributes[d]).name]=g.value;for(d in x)g=x[d],d==`dangerouslySetInnerHTML`?p=g:d==`children`||d in S||d==`value`&&`defaultValue`in S||d==`checked`&&`defaultChecked`in S||j(n,d,null,g,o);for(d in S)g=S[d],d==`children`?m=g:d==`dangerouslySetInnerHTML`?f=g:d==`value`?_=g:d==`checked`?y=g:l&&typeof g!=`function`||x[d]===g||j(n,d,g,x[d],o);if(f)l||p&&(f.__html==p.__html||f.__html==n.innerHTML)||(n.innerHTML=f.__html),r.__k=[];else if(p&&(n.innerHTML=``),ee(r.type==`template`?n.content:n,v(m)?m:[m],r,i,a,C==`foreignObject`?`http://www.w3.org/1999/xhtml`:o,s,c,s?s[0]:i.__k&&T(i,0),l,u),s!=null)for(d=s.length;d--;)b(s[d]);l&&C!=`textarea`||(d=`value`,C==`progress`&&_==null?n.removeAttribute(`value`):_!=null&&(_!==n[d]||C==`progress`&&!_||C==`option`&&_!=x[d])&&j(n,d,_,x[d],o),d=`checked`,y!=null&&y!=n[d]&&j(n,d,y,x[d],o))}return n}function ue(e,n,r){try{if(typeof e==`function`){var i=typeof e.__u==`function`;i&&e.__u(),i&&n==null||(e.__u=e(n))}else e.current=n}catch(e){t.__e(e,r)}}function de(e,n,r){var i,a;if(t.unmount&&t.unmount(e),(i=e.ref)&&(i.current&&i.current!=e.__e||ue(i,null,n)),(i=e.__c)!=null){if(i.componentWillUnmount)try{i.componentWillUnmount()}catch(e){t.__e(e,n)}i.base=i.__P=i.__n=null}if(i=e.__k)for(a=0;a<i.length;a++)i[a]&&de(i[a],n,r||typeof e.type!=`function`);r||b(e.__e),e.__c=e.__=e.__e=void 0}function fe(e,t,n){return this.constructor(e,n)}function pe(n,r,i){var a,o,s,c;r==document&&(r=document.documentElement),t.__&&t.__(n,r),o=(a=typeof i==`function`)?null:i&&i.__k||r.__k,s=[],c=[],ae(r,n=(!a&&i||r).__k=x(C,null,[n]),o||h,h,r.namespaceURI,!a&&i?[i]:o?null:r.firstChild?e.call(r.childNodes):null,s,!a&&i?i:o?o.__e:r.firstChild,a,c),se(s,n,c),n.props.children=null}e=g.slice,t={__e:function(e,t,n,r){for(var i,a,o;t=t.__;)if((i=t.__c)&&!i.__)try{if((a=i.constructor)&&a.getDerivedStateFromError!=null&&(i.setState(a.getDerivedStateFromError(e)),o=i.__d),i.componentDidCatch!=null&&(i.componentDidCatch(e,r||{}),o=i.__d),o)return i.__E=i}catch(t){e=t}throw e}},n=0,r=function(e){return e!=null&&e.constructor===void 0},w.prototype.setState=function(e,t){var n=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=y({},this.state);typeof e==`function`&&(e=e(y({},n),this.props)),e&&y(n,e),e!=null&&this.__v&&(t&&this._sb.push(t),O(this))},w.prototype.forceUpdate=function(e){this.__v&&(this.__e=!0,e&&this.__h.push(e),O(this))},w.prototype.render=C,i=[],o=typeof Promise==`function`?Promise.prototype.then.bind(Promise.resolve()):setTimeout,s=function(e,t){return e.__v.__b-t.__v.__b},k.__r=0,c=Math.random().toString(8),l=`__d`+c,u=`__a`+c,d=/(PointerCapture)$|Capture$/i,f=0,p=ie(!1),m=ie(!0);var M,N,me,he,ge=0,_e=[],P=t,ve=P.__b,ye=P.__r,be=P.diffed,xe=P.__c,Se=P.unmount,Ce=P.__;function we(e,t){P.__h&&P.__h(N,e,ge||t),ge=0;var n=N.__H||(N.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function Te(e){return ge=1,Ee(Le,e)}function Ee(e,t,n){var r=we(M++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):Le(void 0,t),function(e){var t=r.__N?r.__N[0]:r.__[0],n=r.t(t,e);t!==n&&(r.__N=[n,r.__[1]],r.__c.setState({}))}],r.__c=N,!N.__f)){var i=function(e,t,n){if(!r.__c.__H)return!0;var i=!1,o=r.__c.props!==e;if(r.__c.__H.__.some(function(e){if(e.__N){i=!0;var t=e.__[0];e.__=e.__N,e.__N=void 0,t!==e.__[0]&&(o=!0)}}),a){var s=a.call(this,e,t,n);return i?s||o:s}return!i||o};N.__f=!0;var a=N.shouldComponentUpdate,o=N.componentWillUpdate;N.componentWillUpdate=function(e,t,n){if(this.__e){var r=a;a=void 0,i(e,t,n),a=r}o&&o.call(this,e,t,n)},N.shouldComponentUpdate=i}return r.__N||r.__}function De(e,t){var n=we(M++,3);!P.__s&&Ie(n.__H,t)&&(n.__=e,n.u=t,N.__H.__h.push(n))}function Oe(e,t){var n=we(M++,4);!P.__s&&Ie(n.__H,t)&&(n.__=e,n.u=t,N.__h.push(n))}function ke(e){return ge=5,Ae(function(){return{current:e}},[])}function Ae(e,t){var n=we(M++,7);return Ie(n.__H,t)&&(n.__=e(),n.__H=t,n.__h=e),n.__}function je(){for(var e;e=_e.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(Pe),t.__h.some(Fe),t.__h=[]}catch(n){t.__h=[],P.__e(n,e.__v)}}}P.__b=function(e){N=null,ve&&ve(e)},P.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Ce&&Ce(e,t)},P.__r=function(e){ye&&ye(e),M=0;var t=(N=e.__c).__H;t&&(me===N?(t.__h=[],N.__h=[],t.__.some(function(e){e.__N&&(e.__=e.__N),e.u=e.__N=void 0})):(t.__h.some(Pe),t.__h.some(Fe),t.__h=[],M=0)),me=N},P.diffed=function(e){be&&be(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&(_e.push(t)!==1&&he===P.requestAnimationFrame||((he=P.requestAnimationFrame)||Ne)(je)),t.__H.__.some(function(e){e.u&&=(e.__H=e.u,void 0)})),me=N=null},P.__c=function(e,t){t.some(function(e){try{e.__h.some(Pe),e.__h=e.__h.filter(function(e){return!e.__||Fe(e)})}catch(n){t.some(function(e){e.__h&&=[]}),t=[],P.__e(n,e.__v)}}),xe&&xe(e,t)},P.unmount=function(e){Se&&Se(e);var t,n=e.__c;n&&n.__H&&(n.__H.__.some(function(e){try{Pe(e)}catch(e){t=e}}),n.__H=void 0,t&&P.__e(t,n.__v))};var Me=typeof requestAnimationFrame==`function`;function Ne(e){var t,n=function(){clearTimeout(r),Me&&cancelAnimationFrame(t),setTimeout(e)},r=setTimeout(n,35);Me&&(t=requestAnimationFrame(n))}function Pe(e){var t=N,n=e.__c;typeof n==`function`&&(e.__c=void 0,n()),N=t}function Fe(e){var t=N;e.__c=e.__(),N=t}function Ie(e,t){return!e||e.length!==t.length||t.some(function(t,n){return t!==e[n]})}function Le(e,t){return typeof t==`function`?t(e):t}var Re=Symbol.for(`preact-signals`);function ze(){if(L>1)L--;else{var e,t=!1;for((function(){var e=Ke;for(Ke=void 0;e!==void 0;){var t=e.S;if(t.v===e.v)for(var n=t.t;n!==void 0;n=n.x)n.i===e.i&&(n.i=t.i);e=e.o}})();He!==void 0;){var n=He;for(He=void 0,Ue++;n!==void 0;){var r=n.u;if(n.u=void 0,n.f&=-3,!(8&n.f)&&Ye(n))try{n.c()}catch(n){t||=(e=n,!0)}n=r}}if(Ue=0,L--,t)throw e}}function Be(e){if(L>0)return e();Ge=++We,L++;try{return e()}finally{ze()}}var F,I=void 0;function Ve(e){var t=I,n=F;I=void 0,F=void 0;try{return e()}finally{I=t,F=n}}var He=void 0,L=0,Ue=0,We=0,Ge=0,Ke=void 0,qe=0;function Je(e){if(I!==void 0){var t=e.n;if(t===void 0||t.t!==I)return t={i:0,S:e,p:I.s,n:void 0,t:I,e:void 0,x:void 0,r:t},I.s!==void 0&&(I.s.n=t),I.s=t,e.n=t,32&I.f&&e.S(t),t;if(t.i===-1)return t.i=0,t.n!==void 0&&(t.n.p=t.p,t.p!==void 0&&(t.p.n=t.n),t.p=I.s,t.n=void 0,I.s.n=t,I.s=t),t}}function R(e,t){this.v=e,this.i=0,this.n=void 0,this.t=void 0,this.l=0,this.W=t?.watched,this.Z=t?.unwatched,this.name=t?.name}R.prototype.brand=Re,R.prototype.h=function(){return!0},R.prototype.S=function(e){var t=this,n=this.t;n!==e&&e.e===void 0&&(e.x=n,this.t=e,n===void 0?Ve(function(){var e;(e=t.W)==null||e.call(t)}):n.e=e)},R.prototype.U=function(e){var t=this;if(this.t!==void 0){var n=e.e,r=e.x;n!==void 0&&(n.x=r,e.e=void 0),r!==void 0&&(r.e=n,e.x=void 0),e===this.t&&(this.t=r,r===void 0&&Ve(function(){var e;(e=t.Z)==null||e.call(t)}))}},R.prototype.subscribe=function(e){var t=this;return H(function(){var n=t.value;Ve(function(){return e(n)})},{name:`sub`})},R.prototype.valueOf=function(){return this.value},R.prototype.toString=function(){return this.value+``},R.prototype.toJSON=function(){return this.value},R.prototype.peek=function(){var e=this;return Ve(function(){return e.value})},Object.defineProperty(R.prototype,"value",{get:function(){var e=Je(this);return e!==void 0&&(e.i=this.i),this.v},set:function(e){if(e!==this.v){if(Ue>100)throw Error(`Cycle detected`);(function(e){L!==0&&Ue===0&&e.l!==Ge&&(e.l=Ge,Ke={S:e,v:e.v,i:e.i,o:Ke})})(this),this.v=e,this.i++,qe++,L++;try{for(var t=this.t;t!==void 0;t=t.x)t.t.N()}finally{ze()}}}});function z(e,t){return new R(e,t)}function Ye(e){for(var t=e.s;t!==void 0;t=t.n)if(t.S.i!==t.i||!t.S.h()||t.S.i!==t.i)return!0;return!1}function Xe(e){for(var t=e.s;t!==void 0;t=t.n){var n=t.S.n;if(n!==void 0&&(t.r=n),t.S.n=t,t.i=-1,t.n===void 0){e.s=t;break}}}function Ze(e){for(var t=e.s,n=void 0;t!==void 0;){var r=t.p;t.i===-1?(t.S.U(t),r!==void 0&&(r.n=t.n),t.n!==void 0&&(t.n.p=r)):n=t,t.S.n=t.r,t.r!==void 0&&(t.r=void 0),t=r}e.s=n}function B(e,t){R.call(this,void 0,t),this.x=e,this.s=void 0,this.g=qe-1,this.f=4}B.prototype=new R,B.prototype.h=function(){if(this.f&=-3,1&this.f)return!1;if((36&this.f)==32||(this.f&=-5,this.g===qe))return!0;if(this.g=qe,this.f|=1,this.i>0&&!Ye(this))return this.f&=-2,!0;var e=I;try{Xe(this),I=this;var t=this.x();(16&this.f||this.v!==t||this.i===0)&&(this.v=t,this.f&=-17,this.i++)}catch(e){this.v=e,this.f|=16,this.i++}return I=e,Ze(this),this.f&=-2,!0},B.prototype.S=function(e){if(this.t===void 0){this.f|=36;for(var t=this.s;t!==void 0;t=t.n)t.S.S(t)}R.prototype.S.call(this,e)},B.prototype.U=function(e){if(this.t!==void 0&&(R.prototype.U.call(this,e),this.t===void 0)){this.f&=-33;for(var t=this.s;t!==void 0;t=t.n)t.S.U(t)}},B.prototype.N=function(){if(!(2&this.f)){this.f|=6;for(var e=this.t;e!==void 0;e=e.x)e.t.N()}},Object.defineProperty(B.prototype,"value",{get:function(){if(1&this.f)throw Error(`Cycle detected`);var e=Je(this);if(this.h(),e!==void 0&&(e.i=this.i),16&this.f)throw this.v;return this.v}});function Qe(e,t){return new B(e,t)}function $e(e){var t=e.j;if(e.j=void 0,typeof t==`function`){L++;var n=I;I=void 0;try{t()}catch(t){throw e.f&=-2,e.f|=8,et(e),t}finally{I=n,ze()}}}function et(e){for(var t=e.s;t!==void 0;t=t.n)t.S.U(t);e.x=void 0,e.s=void 0,$e(e)}function tt(e){if(I!==this)throw Error(`Out-of-order effect`);Ze(this),I=e,this.f&=-2;try{8&this.f&&et(this)}finally{ze()}}function V(e,t){this.x=e,this.j=void 0,this.s=void 0,this.u=void 0,this.f=32,this.name=t?.name,F&&F.push(this)}V.prototype.c=function(){var e=this.S();try{if(8&this.f||this.x===void 0)return;var t=this.x();typeof t==`function`&&(this.j=t)}finally{e()}},V.prototype.S=function(){if(1&this.f)throw Error(`Cycle detected`);this.f|=1,this.f&=-9,$e(this),Xe(this),L++;var e=I;return I=this,tt.bind(this,e)},V.prototype.N=function(){2&this.f||(this.f|=2,this.u=He,He=this)},V.prototype.d=function(){this.f|=8,1&this.f||et(this)},V.prototype.dispose=function(){this.d()};function H(e,t){var n=new V(e,t);try{n.c()}catch(e){throw n.d(),e}var r=n.d.bind(n);return r[Symbol.dispose]=r,r}var nt,rt,it=typeof window<`u`&&!!window.__PREACT_SIGNALS_DEVTOOLS__,at=[];H(function(){nt=this.N})();function U(e,n){t[e]=n.bind(null,t[e]||function(){})}function W(e){if(rt){var t=rt;rt=void 0,t()}rt=e&&e.S()}function ot(e){var t=this,n=e.data,i=ct(n);i.name=`ReactiveDom`,i.value=n;var a=Ae(function(){for(var e=t,n=t.__v;n=n.__;)if(n.__c){n.__c.__$f|=4;break}var a=Qe(function(){var e=i.value.value;return e===0?0:!0===e?``:e||``}),o=Qe(function(){return!Array.isArray(a.value)&&!r(a.value)}),s=H(function(){if(this.N=dt,o.value){var t=a.value;e.__v&&e.__v.__e&&e.__v.__e.nodeType===3&&(e.__v.__e.data=t)}}),c=t.__$u.d;return t.__$u.d=function(){s(),c.call(this)},[o,a]},[]),o=a[0],s=a[1];return o.value?s.peek():s.value}ot.displayName=`ReactiveTextNode`,Object.defineProperties(R.prototype,{constructor:{configurable:!0,value:x(C,null).constructor},type:{configurable:!0,value:ot},props:{configurable:!0,get:function(){var e=this;return{data:{get value(){return e.value}}}}},__b:{configurable:!0,value:1}}),U(`__b`,function(e,t){if(W(),typeof t.type==`string`){var n,r=t.props;for(var i in r)if(i!==`children`){var a=r[i];a instanceof R&&(n||(t.__np=n={}),n[i]=a,r[i]=a.peek())}}e(t)}),U(`__r`,function(e,t){if(e(t),t.type!==C){W();var n,r=t.__c;r&&(r.__$f&=-2,(n=r.__$u)===void 0&&(r.__$u=n=function(e,t){var n;return H(function(){n=this},{name:t}),n.c=e,n}(function(e){return function(){var t;it&&((t=this.y)==null||t.call(this)),e.__$f|=1,e.setState({})}}(r),typeof t.type==`function`?t.type.displayName||t.type.name:``))),W(n)}}),U(`__e`,function(e,t,n,r){W(),e(t,n,r)}),U(`diffed`,function(e,t){W();var n;if(typeof t.type==`string`&&(n=t.__e)){var r=t.__np,i=t.props,a=n.U;if(a)for(var o in a){var s=a[o];s===void 0||r&&o in r||(s.d(),a[o]=void 0)}if(r)for(var c in a||(a={},n.U=a),r){var l=a[c],u=r[c];l===void 0?(l=st(n,c,u,i),a[c]=l):l.o(u,i)}}e(t)});function st(e,t,n,r){var i=t in e&&e.ownerSVGElement===void 0,a=z(n);return{o:function(e,t){a.value=e,r=t},d:H(function(){this.N=dt;var n=a.value.value;r[t]!==n&&(r[t]=n,i?e[t]=n:n!=null&&(!1!==n||t[4]===`-`)?e.setAttribute(t,n):e.removeAttribute(t))})}}U(`unmount`,function(e,t){if(typeof t.type==`string`){var n=t.__e;if(n){var r=n.U;if(r)for(var i in n.U=void 0,r){var a=r[i];a&&a.d()}}var o=t.__np;if(o){var s=t.props;for(var c in o)s[c]=o[c]}t.__np=void 0}else{var l=t.__c;if(l){l.__$f|=8;var u=l.__$u;u&&(l.__$u=void 0,u.d())}}e(t)}),U(`__h`,function(e,t,n,r){r<3&&(t.__$f|=2),e(t,n,r)}),w.prototype.shouldComponentUpdate=function(e,t){if(this.__R)return!0;var n=this.__$u,r=n&&n.s!==void 0;for(var i in t)return!0;if(this.__f||typeof this.u==`boolean`&&!0===this.u){var a=2&this.__$f;if(!(r||a||4&this.__$f)||1&this.__$f)return!0}else if(!(r||4&this.__$f)||3&this.__$f)return!0;for(var o in e)if(o!==`__source`&&e[o]!==this.props[o])return!0;for(var s in this.props)if(!(s in e))return!0;return!1};function ct(e,t){return Ae(function(){return z(e,t)},[])}var lt=function(e){queueMicrotask(function(){queueMicrotask(e)})};function ut(){Be(function(){for(var e;e=at.shift();)nt.call(e)})}function dt(){at.push(this)===1&&(t.requestAnimationFrame||lt)(ut)}var G=class extends String{__apiType;value;__meta__;constructor(e,t){super(e),this.value=e,this.__meta__=t}toString(){return this.value}};new G(`
    fragment Figures on ReplenishmentTotals {
  itemCount
  orderLines
  recommendedOrderValue
  excessValue
  excessOnOrderValue
  onHandValue
}
    `,{fragmentName:`Figures`}),new G(`
    fragment Line on Replenishment {
  itemId
  datasetId
  asOf
  alert
  action
  onHand
  onOrder
  inbound {
    date
    quantity
  }
  position
  orderUpTo
  dailyDemand
  daysToStockout
  stockoutDate
  orderByDate
  arrivalDate
  minOrderQuantity
  orderMultiple
  recommendedOrder
  recommendedOrderValue
  excess
  excessValue
  item {
    name
    sku
    unit
    supplier
    abcClass
    criticality
    currency
    unitCost
    frequency
    lastDemandDate
    history(last: 12, grain: $grain) {
      quantities
    }
  }
}
    `,{fragmentName:`Line`}),new G(`
    fragment Age on Overview {
  itemCount
  demandAsOf
  stockAsOf
}
    `,{fragmentName:`Age`});var ft=new G(`
    query Today($grain: TimeGrain!, $since: Int, $hasVisit: Boolean!, $todo: ReplenishmentFilter) {
  snapshotInfo {
    snapshotId
    committedAt
    datasetIds
  }
  items(first: 1) {
    nodes {
      currency
    }
  }
  overview {
    itemCount
    itemsWithForecast
    demandAsOf
    stockAsOf
    warnings
  }
  daily: overview(where: {frequency: {eq: DAILY}}) {
    ...Age
  }
  weekly: overview(where: {frequency: {eq: WEEKLY}}) {
    ...Age
  }
  monthly: overview(where: {frequency: {eq: MONTHLY}}) {
    ...Age
  }
  quarterly: overview(where: {frequency: {eq: QUARTERLY}}) {
    ...Age
  }
  yearly: overview(where: {frequency: {eq: YEARLY}}) {
    ...Age
  }
  out: replenishmentTotals(
    where: {alert: {eq: CRITICAL}, onHand: {lte: 0}}
    groupBy: []
  ) {
    ...Figures
  }
  short: replenishmentTotals(
    where: {alert: {eq: CRITICAL}, onHand: {gt: 0}}
    groupBy: []
  ) {
    ...Figures
  }
  order: replenishmentTotals(
    where: {action: {in: [ORDER, EXPEDITE]}}
    groupBy: []
  ) {
    ...Figures
  }
  watch: replenishmentTotals(where: {action: {eq: WATCH}}, groupBy: []) {
    ...Figures
  }
  excess: replenishmentTotals(where: {action: {eq: REDUCE}}, groupBy: []) {
    ...Figures
  }
  check: replenishmentTotals(where: {action: {eq: CHECK_DATA}}, groupBy: []) {
    ...Figures
  }
  replenishment(where: $todo, first: 10) {
    totalCount
    nodes {
      ...Line
    }
  }
  changes: alertChanges(first: 40) {
    totalCount
    nodes {
      before
      after
      cause
      item {
        itemId
        datasetId
        name
        replenishment {
          alert
          action
          onHand
        }
      }
    }
  }
  changesSinceVisit: alertChanges(since: $since, first: 40) @include(if: $hasVisit) {
    totalCount
    nodes {
      before
      after
      cause
      item {
        itemId
        datasetId
        name
        replenishment {
          alert
          action
          onHand
        }
      }
    }
  }
}
    fragment Figures on ReplenishmentTotals {
  itemCount
  orderLines
  recommendedOrderValue
  excessValue
  excessOnOrderValue
  onHandValue
}
fragment Line on Replenishment {
  itemId
  datasetId
  asOf
  alert
  action
  onHand
  onOrder
  inbound {
    date
    quantity
  }
  position
  orderUpTo
  dailyDemand
  daysToStockout
  stockoutDate
  orderByDate
  arrivalDate
  minOrderQuantity
  orderMultiple
  recommendedOrder
  recommendedOrderValue
  excess
  excessValue
  item {
    name
    sku
    unit
    supplier
    abcClass
    criticality
    currency
    unitCost
    frequency
    lastDemandDate
    history(last: 12, grain: $grain) {
      quantities
    }
  }
}
fragment Age on Overview {
  itemCount
  demandAsOf
  stockAsOf
}`,{hash:`6bd7de42f7297e8b36c973c971b0a8e26ed38594f65a4c2840a994fbaf0b1bf8`}),pt=new G(`
    query Buy($grain: TimeGrain!, $where: ReplenishmentFilter, $orderBy: [ReplenishmentOrder!], $first: Int!, $after: String, $all: ReplenishmentFilter) {
  replenishment(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      ...Line
    }
  }
  items(first: 1) {
    nodes {
      currency
    }
  }
  totals: replenishmentTotals(where: $where, groupBy: []) {
    ...Figures
  }
  facets(where: $all) {
    suppliers {
      value
      itemCount
    }
    categories {
      value
      itemCount
    }
    abcClasses {
      value
      itemCount
    }
  }
}
    fragment Figures on ReplenishmentTotals {
  itemCount
  orderLines
  recommendedOrderValue
  excessValue
  excessOnOrderValue
  onHandValue
}
fragment Line on Replenishment {
  itemId
  datasetId
  asOf
  alert
  action
  onHand
  onOrder
  inbound {
    date
    quantity
  }
  position
  orderUpTo
  dailyDemand
  daysToStockout
  stockoutDate
  orderByDate
  arrivalDate
  minOrderQuantity
  orderMultiple
  recommendedOrder
  recommendedOrderValue
  excess
  excessValue
  item {
    name
    sku
    unit
    supplier
    abcClass
    criticality
    currency
    unitCost
    frequency
    lastDemandDate
    history(last: 12, grain: $grain) {
      quantities
    }
  }
}`,{hash:`bc73b5f8bbf267bc8c72a89212e1b5e0f3df2c9b6818b4e544393fcfb21115b3`}),mt=new G(`
    query Suppliers($grain: TimeGrain! = MONTH, $where: ReplenishmentFilter, $all: ReplenishmentFilter, $isOpen: Boolean! = false, $due: ReplenishmentFilter, $dueOrder: [ReplenishmentOrder!], $soon: ReplenishmentFilter) {
  suppliers: replenishmentTotals(where: $where, groupBy: [SUPPLIER], first: 1000) {
    supplier
    orderByDate
    meanLeadTimeDays
    ...Figures
  }
  items(first: 1) {
    nodes {
      currency
    }
  }
  totals: replenishmentTotals(where: $where, groupBy: []) {
    ...Figures
  }
  facets(where: $all) {
    suppliers {
      value
      itemCount
    }
    categories {
      value
      itemCount
    }
    abcClasses {
      value
      itemCount
    }
  }
  due: replenishment(where: $due, orderBy: $dueOrder, first: 200) @include(if: $isOpen) {
    totalCount
    nodes {
      ...Line
    }
  }
  soon: replenishment(where: $soon, orderBy: [{field: ORDER_BY_DATE}], first: 50) @include(if: $isOpen) {
    nodes {
      ...Line
    }
  }
}
    fragment Figures on ReplenishmentTotals {
  itemCount
  orderLines
  recommendedOrderValue
  excessValue
  excessOnOrderValue
  onHandValue
}
fragment Line on Replenishment {
  itemId
  datasetId
  asOf
  alert
  action
  onHand
  onOrder
  inbound {
    date
    quantity
  }
  position
  orderUpTo
  dailyDemand
  daysToStockout
  stockoutDate
  orderByDate
  arrivalDate
  minOrderQuantity
  orderMultiple
  recommendedOrder
  recommendedOrderValue
  excess
  excessValue
  item {
    name
    sku
    unit
    supplier
    abcClass
    criticality
    currency
    unitCost
    frequency
    lastDemandDate
    history(last: 12, grain: $grain) {
      quantities
    }
  }
}`,{hash:`1c2466bec0231379025ad58526afbb77265d51ec223a1fe18599ac6f2a9b7a28`}),ht=new G(`
    query Item($grain: TimeGrain!, $itemId: String!, $datasetId: String, $self: ReplenishmentFilter!, $tested: ForecastFilter!, $language: Language!) {
  item(itemId: $itemId, datasetId: $datasetId) {
    itemId
    datasetId
    sku
    name
    category
    unit
    supplier
    location
    abcClass
    criticality
    currency
    unitCost
    demandClass
    frequency
    lastDemandDate
    champion
    forecastIssue
    isActive
    yearlyDemand
    months: history(last: 24, grain: $grain) {
      dates
      quantities
    }
    history(last: 120) {
      dates
      quantities
    }
    forecast {
      dates
      forecast
      lower80
      upper80
    }
    forecastSeries(kind: LIVE) {
      source
      total
    }
    supplierOrders(first: 8) {
      ...Line
    }
    metrics {
      source
      windows
      bias
      wape
      rmsse
      quantileLoss
      coverage80
      skill
    }
    replenishment {
      ...Line
      stockAsOf
      leadTimeDays
      leadTimeStdDays
      reviewPeriodDays
      serviceLevel
      serviceMeasure
      expectedFillRate
      reorderPoint
      safetyStock
      demandStd
      reason(language: $language)
      explanation(language: $language) {
        code
        label
        value
        unit
      }
      projection(days: 90) {
        dates
        expected
        lower80
        upper80
        withOrder
      }
    }
  }
  punctual: whatIf(scenario: {leadTimeStdDays: 0}, where: $self, first: 1) {
    nodes {
      scenario {
        safetyStock
      }
    }
  }
  lower: whatIf(scenario: {serviceLevel: 0.9}, where: $self, first: 1) {
    nodes {
      scenario {
        reorderPoint
      }
    }
  }
  higher: whatIf(scenario: {serviceLevel: 0.9999}, where: $self, first: 1) {
    nodes {
      scenario {
        reorderPoint
      }
    }
  }
  tests: forecastTotals(
    where: $tested
    kind: BACKTEST
    groupBy: [CUTOFF]
    first: 60
  ) {
    nodes {
      cutoff
      forecast
      actual
    }
  }
}
    fragment Line on Replenishment {
  itemId
  datasetId
  asOf
  alert
  action
  onHand
  onOrder
  inbound {
    date
    quantity
  }
  position
  orderUpTo
  dailyDemand
  daysToStockout
  stockoutDate
  orderByDate
  arrivalDate
  minOrderQuantity
  orderMultiple
  recommendedOrder
  recommendedOrderValue
  excess
  excessValue
  item {
    name
    sku
    unit
    supplier
    abcClass
    criticality
    currency
    unitCost
    frequency
    lastDemandDate
    history(last: 12, grain: $grain) {
      quantities
    }
  }
}`,{hash:`08c99366c9e065f9f4aa8f077c314d1cd1d8e1888eaa1a43027044699b8f869b`}),gt=new G(`
    query Windows($itemId: String!, $datasetId: String) {
  item(itemId: $itemId, datasetId: $datasetId) {
    champion
    forecastSeries(kind: BACKTEST) {
      source
      cutoff
      dates
      forecast
      actual
    }
  }
}
    `,{hash:`db6c5021fb5ecdacb9f596e67271b8ff4b913939e7063fa52d7000230170eb0c`}),_t=new G(`
    query WhatIf($where: ReplenishmentFilter!, $scenario: ScenarioInput!) {
  whatIf(scenario: $scenario, where: $where, first: 1) {
    nodes {
      scenario {
        action
        dailyDemand
        recommendedOrder
        recommendedOrderValue
        reorderPoint
        orderUpTo
        stockoutDate
        orderByDate
        arrivalDate
        projection(days: 90) {
          dates
          expected
          lower80
          upper80
          withOrder
        }
      }
    }
  }
}
    `,{hash:`7a24cfa882011ae51f3069fd712dd7a3d57e632072f5a09cac99faa429934f8f`}),vt=new G(`
    query WhatIfList($scenario: ScenarioInput!, $where: ReplenishmentFilter) {
  now: whatIf(scenario: {}, where: $where, first: 0) {
    totals {
      alerts {
        level
        itemCount
      }
      recommendedOrderValue
    }
  }
  then: whatIf(scenario: $scenario, where: $where, first: 50) {
    totalCount
    totals {
      alerts {
        level
        itemCount
      }
      recommendedOrderValue
    }
    nodes {
      item {
        sku
        name
        supplier
        unit
        unitCost
        currency
      }
      baseline {
        recommendedOrder
      }
      scenario {
        itemId
        datasetId
        asOf
        recommendedOrder
        recommendedOrderValue
        orderByDate
        arrivalDate
      }
    }
  }
}
    `,{hash:`13c2ded55d3e758b7f650ff617bd5b636da89b33e480c54d3a2f01547f0cf3ee`}),yt=new G(`
    query Manager($grain: TimeGrain!, $levels: [Float!]!, $from: Date) {
  items(first: 1) {
    nodes {
      currency
    }
  }
  overview {
    itemCount
    onHandValue
  }
  out: replenishmentTotals(
    where: {alert: {eq: CRITICAL}, onHand: {lte: 0}}
    groupBy: [ABC_CLASS]
  ) {
    abcClass
    ...Figures
  }
  order: replenishmentTotals(
    where: {action: {in: [ORDER, EXPEDITE]}}
    groupBy: []
  ) {
    ...Figures
  }
  excess: replenishmentTotals(where: {action: {eq: REDUCE}}, groupBy: []) {
    ...Figures
  }
  short: replenishmentTotals(
    where: {alert: {eq: CRITICAL}, onHand: {gt: 0}}
    groupBy: [ABC_CLASS]
  ) {
    abcClass
    ...Figures
  }
  weeks: replenishmentTotals(
    where: {orderByDate: {gte: "1970-01-01"}, action: {in: [WATCH, REDUCE, NONE]}}
    groupBy: [ORDER_WEEK]
    first: 1000
  ) {
    orderWeek
    ...Figures
  }
  suppliers: replenishmentTotals(
    where: {action: {in: [ORDER, EXPEDITE]}}
    groupBy: [SUPPLIER]
    first: 1000
  ) {
    supplier
    orderByDate
    ...Figures
  }
  statuses: replenishmentTotals(groupBy: [ABC_CLASS, ACTION]) {
    abcClass
    action
    itemCount
  }
  serviceCurve(levels: $levels) {
    serviceLevel
    safetyStockValue
    orderUpToValue
    recommendedOrderValue
  }
  bias: forecastTotals(
    where: {date: {gte: $from}}
    kind: BACKTEST
    grain: $grain
    groupBy: [PERIOD]
    orderBy: [{field: PERIOD, direction: ASC}]
    first: 60
  ) {
    nodes {
      period
      forecast
      actual
      bias
    }
  }
  doubtful: replenishment(
    where: {or: [{action: {eq: CHECK_DATA}}, {item: {unitCost: {isNull: true}}}, {item: {leadTimeDays: {isNull: true}}}, {supplier: {isNull: true}}]}
    first: 10
  ) {
    totalCount
    nodes {
      itemId
      datasetId
      onHand
      stockAsOf
      item {
        name
        supplier
        abcClass
        leadTimeDays
        unitCost
      }
    }
  }
}
    fragment Figures on ReplenishmentTotals {
  itemCount
  orderLines
  recommendedOrderValue
  excessValue
  excessOnOrderValue
  onHandValue
}`,{hash:`46a403756c22c145fb442c169efe8b879a35a5d8667653451b154c0bcbcee353`}),bt=new G(`
    query Trust($language: Language!) {
  overview {
    wape
    rmsse
    skill
    coverage80
    coverage95
  }
  leaderboard {
    rank
    source
    error
    skill
    itemCount
    wins
  }
  horizons: forecastTotals(kind: BACKTEST, groupBy: [HORIZON], first: 60) {
    nodes {
      horizon
      wape
      bias
      coverage80
    }
  }
  classes: forecastTotals(kind: BACKTEST, groupBy: [DEMAND_CLASS], first: 10) {
    nodes {
      demandClass
      itemCount
      wape
      bias
      coverage80
      coverage95
    }
  }
  calibration: decisionCalibration(groupBy: DEMAND_CLASS) {
    group
    promised
    achieved
    fillRate
    itemCount
    cycles
  }
  readingReports {
    datasetId
    readAt
    lines {
      severity
      code
      count
      message(language: $language)
      examples
    }
  }
  snapshots(first: 10) {
    nodes {
      snapshotId
      committedAt
      datasetIds
      tables {
        datasetId
        name
        version
        rowCount
      }
      modelVersions {
        datasetId
        source
        modelVersion
      }
    }
  }
  serviceStatus {
    version
    snapshotId
    newestSnapshotId
    pinnedSnapshotId
    problem
    cacheBackend
    cacheHealthy
    mlPackages
    leftOut {
      datasetId
      source
      reason
    }
  }
}
    `,{hash:`21ed4b80bf5af5dfdcf0c28fea0d82a668b6673b8ae8ffedc6d6ce3523193854`}),xt=new G(`
    mutation Refresh {
  refreshData {
    outcome
    message
    snapshot {
      snapshotId
    }
  }
}
    `,{hash:`c811f70d3d67035802383183cd42b7906bd395901d9e78614244dc237f1ab8fc`}),St=new G(`
    mutation Pin($snapshotId: Int!) {
  pinSnapshot(snapshotId: $snapshotId) {
    snapshotId
  }
}
    `,{hash:`b4082e4a57ec721e329858a454d16097d28372d46c551b5269dba052ef2738fa`}),Ct=new G(`
    mutation Unpin {
  unpinSnapshot {
    snapshotId
  }
}
    `,{hash:`9f88fb15d1b2fe134c3aafc20141a830f660db57fbdc7ee8c80042d38ddc3abb`}),wt=new G(`
    subscription Published {
  snapshotPublished {
    snapshotId
    committedAt
  }
}
    `,{hash:`43c88bcc2f2781e58823be218c4a6aa07537ffc410b8ad376e9075767d258472`}),Tt=class extends Error{problem;constructor(e){super(e.message),this.problem=e}},Et=6e3,Dt=z(0),Ot=z(!0),kt=z(null),At=z(``);function jt(e){return e.__meta__?.hash}function Mt(e){return`graphql?${new URLSearchParams(e)}`}function Nt(e){return JSON.stringify({persistedQuery:{version:1,sha256Hash:jt(e)}})}var Pt={accept:`application/graphql-response+json`};async function Ft(e,t,n){let r={...Pt,"content-type":`application/json`,...n?{"x-api-key":n}:{}};return await(await fetch(`graphql`,{method:`POST`,body:JSON.stringify(e),headers:r,signal:t})).json()}async function It(e,t,n){let r=e,i=Mt({variables:JSON.stringify(t),extensions:Nt(r)});return i.length>Et?Ft({variables:t,extensions:JSON.parse(Nt(r))},n,``):await(await fetch(i,{headers:Pt,signal:n})).json()}var Lt={MONTH:`QUARTER`,QUARTER:`YEAR`},Rt=[`PERSISTED_QUERY_NOT_FOUND`,`PERSISTED_QUERY_NOT_SUPPORTED`];async function zt(e,t,n={}){let r=n.signal??null,i=e.toString().trimStart().startsWith(`mutation`),a;try{a=i?await Ft({variables:t,extensions:JSON.parse(Nt(e))},r,n.key??``):await It(e,t,r),Rt.includes(a.errors?.[0]?.extensions?.code??``)&&(a=await Ft({query:e.toString(),variables:t},r,n.key??``)),Ot.value=!0}catch(e){throw r?.aborted?e:(Vt(),new Tt({kind:`gone`,message:String(e),code:``}))}let{grain:o}=t,s=Lt[o??``];if(s&&a.errors?.some(e=>e.extensions?.argument===`grain`))return zt(e,{...t,grain:s},n);let c=a.errors?.[0],l=a.data&&Object.values(a.data).some(e=>e!==null);if(c&&!l){let e=c.extensions?.code??``;throw new Tt({kind:e===`LAKE_UNAVAILABLE`?`empty`:`refused`,message:c.message,code:e})}return a.data}var Bt=!1;function Vt(){if(Ot.value=!1,Bt)return;Bt=!0;let e=async()=>{try{if((await fetch(`health/live`,{cache:`no-store`})).ok){Bt=!1,Ot.value=!0,Dt.value+=1;return}}catch{}setTimeout(()=>void e(),2e3)};setTimeout(()=>void e(),1e3)}var K=new Map,Ht=30;function Ut(e,t){let n=Dt.value,r=jt(e)+JSON.stringify(t),[i,a]=Te(()=>({data:K.get(r)??null,problem:null,loading:!0,key:r}));return Oe(()=>{let n=new AbortController,i;return a(e=>({...e,data:K.get(r)??e.data,loading:!0})),zt(e,t,{signal:n.signal}).then(e=>{K.delete(r),K.set(r,e),K.size>Ht&&K.delete(K.keys().next().value),a({data:e,problem:null,loading:!1,key:r})},e=>{if(n.signal.aborted)return;let t=e instanceof Tt?e.problem:{kind:`refused`,message:String(e),code:``};a(e=>({...e,problem:t,loading:!1,key:r})),t.kind===`empty`&&(i=setTimeout(()=>Dt.value+=1,5e3))}),()=>{n.abort(),clearTimeout(i)}},[r,n]),i}function Wt(){let e=null,t=!1,n=()=>{let r=wt;e=new EventSource(Mt(t?{query:r.toString()}:{extensions:Nt(r)})),e.addEventListener(`next`,e=>{let n=JSON.parse(e.data),r=n.errors?.[0]?.extensions?.code??``;Rt.includes(r)&&(t=!0);let i=n.data?.snapshotPublished;if(!i)return;let a=kt.value;kt.value=i,a!==null&&a.snapshotId!==i.snapshotId&&(K.clear(),Dt.value+=1)}),e.addEventListener(`complete`,()=>e?.close()),e.onerror=()=>{e?.readyState===EventSource.CLOSED&&(t=!t,setTimeout(n,5e3))}},r=()=>{e?.close(),e=null,document.hidden||n()};document.addEventListener(`visibilitychange`,r),r()}var Gt=`lakecast:`;function q(e,t){let n=t;try{let t=localStorage.getItem(Gt+e);t!==null&&(n=JSON.parse(t))}catch{}let r=z(n);return H(()=>{let t=JSON.stringify(r.value);try{localStorage.setItem(Gt+e,t)}catch{}}),r}var Kt=q(`theme`,`auto`),qt=q(`visit`,{last:null,current:null}),Jt=q(`choices`,{}),J=q(`postponed`,{}),Yt=[`supplier`,`itemId`,`sku`,`name`,`quantity`,`unit`,`unitCost`,`value`,`orderBy`,`arrival`],Xt=q(`columns`,[...Yt]);function Zt(e){return`${e.datasetId}\n${e.itemId}`}function Qt(e,t){let n=Zt(e),r={...Jt.value[n]??{ticked:!1,quantity:null,line:e},...t,line:e},i={...Jt.value};!r.ticked&&r.quantity===null?delete i[n]:i[n]=r,Jt.value=i}function $t(e){return e.quantity??e.line.formula}var en=7,tn=z(null);function nn(e,t,n){let r=sn(new Date(n.getTime()+en*864e5));J.value={...an(n),[e]:r},tn.value={key:e,name:t}}function rn(e){let t=an(e);delete t[tn.value?.key??``],J.value=t,tn.value=null}function an(e){return Object.fromEntries(Object.entries(J.value).filter(([,t])=>t>sn(e)))}function on(e){return Object.entries(J.value).filter(([,t])=>t>sn(e)).map(([e,t])=>{let[n=``,r=``]=e.split(`
`);return{datasetId:n,itemId:r,until:t}})}function sn(e){let t=e=>String(e).padStart(2,`0`);return`${e.getFullYear()}-${t(e.getMonth()+1)}-${t(e.getDate())}`}var cn=q(`language`,`pt`),ln={code:[`pt`,`en`],skip:[`Ir para o conteúdo`,`Skip to content`],loading:[`Carregando…`,`Loading…`],fault:[`Algo deu errado nesta tela. Recarregue a página.`,`Something went wrong in this view. Reload the page.`],views:[`Telas`,`Views`],today:[`Hoje`,`Today`],buy:[`Comprar`,`Buy`],manager:[`Gestor`,`Manager`],trust:[`Confiança`,`Trust`],searchItems:[`Buscar item ou fornecedor`,`Search item or supplier`],themeAuto:[`como o sistema`,`as the system`],themeLight:[`claro`,`light`],themeDark:[`escuro`,`dark`],themeIs:[`Tema: {0}. Mudar`,`Theme: {0}. Change`],gone:[`Sem conexão com o servidor. Tentando de novo…`,`The server cannot be reached. Trying again…`],goneSince:[`Sem conexão com o servidor: o que se vê foi publicado em {0}. Tentando de novo…`,`The server cannot be reached: what is shown was published on {0}. Trying again…`],waitingForServer:[`Esperando o servidor…`,`Waiting for the server…`],news:[`Dados novos, publicados em {0}: a tela já os mostra.`,`New data, published on {0}: they are on the screen.`],refused:[`O servidor não respondeu a esta pergunta:`,`The server did not answer this question:`],emptyLake:[`Ainda não há dados`,`There are no data yet`],emptyLakeWhat:[`Nada foi publicado neste lake. Junte demanda, itens e estoque numa pasta (demand.csv, items.csv, stock.csv) e rode:`,`Nothing has been published in this lake. Put demand, items and stock into a folder (demand.csv, items.csv, stock.csv) and run:`],emptyLakeThen:[`Esta página mostra os dados assim que forem publicados.`,`This page shows the data as soon as they are published.`],folder:[`PASTA`,`FOLDER`],lake:[`LAKE`,`LAKE`],pieces:[`un`,`pcs`],todayTitle:[`O que fazer hoje`,`What to do today`],dataUntil:[`Dados até`,`Data until`],stockOf:[`Estoque de`,`Stock of`],noDates:[`Sem demanda nem estoque.`,`No demand and no stock.`],today_:[`hoje`,`today`],yesterday:[`ontem`,`yesterday`],daysAgo:[`{0} dias atrás`,`{0} days ago`],updateFirst:[`: atualize antes de comprar.`,`: update before you buy.`],oneWarning:[`1 aviso na leitura dos arquivos.`,`1 warning on reading the files.`],nWarnings:[`{0} avisos na leitura dos arquivos.`,`{0} warnings on reading the files.`],oneToCheck:[`1 item sem estoque confiável.`,`1 item without reliable stock.`],nToCheck:[`{0} itens sem estoque confiável.`,`{0} items without reliable stock.`],outWhat:[`Sem estoque e com demanda`,`No stock, and demand`],shortWhat:[`Acaba antes de chegar um pedido feito hoje`,`Runs out before an order of today arrives`],orderWhat:[`Tudo o que vence hoje, com os dois anteriores`,`All that is due today, the two before included`],watchWhat:[`Chega ao ponto de pedido em breve`,`Reaches the reorder point soon`],excessWhat:[`Estoque e pedidos acima do necessário`,`Stock and orders above what is needed`],toOrderValue:[`{0} a pedir`,`{0} to order`],inStockValue:[`{0} em estoque`,`{0} in stock`],idleValue:[`{0} parado`,`{0} idle`],comingValue:[`{0} a caminho`,`{0} on its way`],comingExcess:[`e {0} a caminho: adie ou cancele`,`and {0} on its way: postpone or cancel`],beginHere:[`Comece por aqui`,`Begin here`],beginOrder:[`Primeiro o que custa mais se faltar: risco, criticidade e valor do consumo.`,`First what costs most if it runs out: risk, criticality and value of use.`],wholeList:[`Ver a lista inteira ({0})`,`See the whole list ({0})`],nothingDue:[`Nada a pedir hoje.`,`Nothing to order today.`],onePutOff:[`1 item adiado.`,`1 item put off.`],nPutOff:[`{0} itens adiados.`,`{0} items put off.`],changed:[`O que mudou`,`What changed`],sincePrevious:[`Desde a publicação anterior`,`Since the previous publication`],sinceVisit:[`Desde a sua última visita`,`Since your last visit`],noChanges:[`Nada mudou de situação.`,`No status changed.`],andMore:[`e mais {0}`,`and {0} more`],levelCritical:[`Em falta ou vai faltar`,`Out of stock or will run out`],levelHigh:[`Pedir agora`,`Order now`],levelMedium:[`Acompanhar`,`Watch`],levelOk:[`Em ordem`,`OK`],levelUnknown:[`Conferir dados`,`Check data`],levelNone:[`não havia`,`none`],causeForecast:[`a previsão mudou`,`the forecast changed`],causeStock:[`o estoque mudou`,`stock changed`],causeTerms:[`prazo ou condições mudaram`,`lead time or terms changed`],causeMethod:[`o método mudou`,`the method changed`],causeNew:[`item novo`,`new item`],causeGone:[`o item saiu`,`the item is gone`],statusOut:[`Em falta`,`Out of stock`],statusShort:[`Vai faltar`,`Will run out`],statusOrder:[`Pedir agora`,`Order now`],statusExpedite:[`Antecipar`,`Expedite`],statusWatch:[`Acompanhar`,`Watch`],statusExcess:[`Excesso`,`Excess`],statusCheck:[`Conferir dados`,`Check data`],statusOk:[`Em ordem`,`OK`],statusAll:[`Todos`,`All`],buyTitle:[`Comprar`,`Buy`],status:[`Situação`,`Status`],item:[`Item`,`Item`],onHand:[`Estoque`,`On hand`],toReceive:[`A receber`,`On order`],usePerMonth:[`Uso por mês`,`Use per month`],coverDays:[`Dura, com o que vem`,`Lasts, with what comes`],runsOut:[`Acaba em`,`Runs out`],orderBy:[`Pedir até`,`Order by`],arrives:[`Chega em`,`Arrives`],quantity:[`Quantidade`,`Quantity`],value:[`Valor`,`Value`],now:[`Hoje`,`Today`],oneDay:[`{0} dia`,`{0} day`],nDays:[`{0} dias`,`{0} days`],oneMonth:[`{0} mês`,`{0} month`],nMonths:[`{0} meses`,`{0} months`],nYears:[`{0} anos`,`{0} years`],overTenYears:[`mais de 10 anos`,`over 10 years`],agoIs:[`há {0}`,`{0} ago`],late:[`Atrasado`,`Late`],lateSince:[`era até {0}`,`was due {0}`],lastUse:[`Última saída`,`Last use`],neverUsed:[`nunca`,`never`],idle:[`Parado a mais`,`Idle excess`],coming:[`A caminho a mais`,`Excess on its way`],postponeOrCancel:[`adie ou cancele`,`postpone or cancel`],excessSum:[`Excesso`,`Excess`],excessNote:[`O que passa do necessário até a compra seguinte: parado no estoque, e a caminho, que se pode adiar ou cancelar. Última saída diz desde quando o item não se move.`,`What exceeds the need until the next purchase: idle in stock, and on its way, which can be postponed or cancelled. Last use says since when an item has not moved.`],abcIs:[`Classe {0} pelo valor do consumo`,`Class {0} by value of use`],criticalityIs:[`Criticidade {0} de 5`,`Criticality {0} of 5`],crit:[`crít. {0}`,`crit. {0}`],tickAll:[`Marcar todos desta página`,`Tick all of this page`],tickItem:[`Marcar {0}`,`Tick {0}`],putOff:[`Adiar`,`Put off`],putOffSure:[`Adiar 7 dias?`,`Put off 7 days?`],wasPutOff:[`{0}: adiado por 7 dias.`,`{0}: put off for 7 days.`],undo:[`Desfazer`,`Undo`],putOffLong:[`Adiar: lembrar em 7 dias`,`Put off: remind me in 7 days`],quantityOf:[`Quantidade de {0}`,`Quantity of {0}`],formulaSays:[`fórmula: {0}`,`formula: {0}`],searchLabel:[`Buscar`,`Search`],searchWhat:[`palavras do nome, código, SKU ou fornecedor`,`words of name, code, SKU or supplier`],supplier:[`Fornecedor`,`Supplier`],category:[`Categoria`,`Category`],every:[`Todos`,`All`],everyF:[`Todas`,`All`],groupBy:[`Agrupar`,`Group`],byPriority:[`Por prioridade`,`By priority`],bySupplier:[`Por fornecedor`,`By supplier`],oneList:[`Uma lista`,`One list`],sortBy:[`Ordenar`,`Sort`],byExcess:[`Maior valor`,`Greatest value`],byLastUse:[`Parado há mais tempo`,`Idle for longest`],byDuration:[`Dura mais`,`Lasts longest`],show:[`Mostrar`,`Show`],hide:[`Esconder`,`Hide`],takeUp:[`Retomar todos`,`Bring all back`],oneItem:[`{0} item`,`{0} item`],nItems:[`{0} itens`,`{0} items`],items:[`Itens`,`Items`],nothingMatches:[`Nenhum item com estes filtros.`,`No item matches these filters.`],nothingHere:[`Nenhum item nesta situação.`,`No item in this status.`],pages:[`Páginas`,`Pages`],previous:[`Anteriores`,`Previous`],next:[`Próximos`,`Next`],fromTo:[`{0}–{1} de {2}`,`{0}–{1} of {2}`],exportList:[`Baixar a lista (CSV)`,`Download the list (CSV)`],noSupplier:[`Sem fornecedor`,`No supplier`],leadTimeIs:[`prazo de {0} dias`,`lead time {0} days`],meanLeadTimeIs:[`prazo médio de {0} dias`,`mean lead time {0} days`],orderByIs:[`pedir até {0}`,`order by {0}`],orderToday:[`pedir hoje`,`order today`],firstOf:[`Os primeiros {0} de {1}.`,`The first {0} of {1}.`],tickSupplier:[`Marcar todos deste fornecedor`,`Tick all of this supplier`],completeOrder:[`Completar o pedido`,`Complete the order`],completeWhat:[`Vencem antes do próximo pedido a este fornecedor; a quantidade repõe até o nível desejado.`,`Due before the next order to this supplier; the quantity fills up to the order-up-to level.`],tickThese:[`Marcar estes`,`Tick these`],basket:[`Linhas marcadas`,`Ticked lines`],oneLine:[`{0} linha`,`{0} line`],nLines:[`{0} linhas`,`{0} lines`],oneSupplier:[`{0} fornecedor`,`{0} supplier`],nSuppliers:[`{0} fornecedores`,`{0} suppliers`],copy:[`Copiar`,`Copy`],copied:[`{0} linhas copiadas.`,`{0} lines copied.`],notCopied:[`O navegador não deixou copiar.`,`The browser did not allow copying.`],exported:[`{0} linhas no arquivo.`,`{0} lines in the file.`],columns:[`Colunas do CSV e da cópia`,`Columns of CSV and copy`],clear:[`Limpar`,`Clear`],done:[`Pronto`,`Done`],itemCode:[`Código`,`Code`],sku:[`SKU`,`SKU`],name:[`Nome`,`Name`],unit:[`Unidade`,`Unit`],unitCost:[`Custo unitário`,`Unit cost`],noItem:[`Não há item {0} nestes dados.`,`There is no item {0} in these data.`],unitCostIs:[`{0} cada`,`{0} each`],inactive:[`Item inativo: há histórico, mas não há mais demanda.`,`Inactive item: there is a history, but no demand any more.`],forecastIssue:[`Sem modelo próprio:`,`No model of its own:`],noAdvice:[`Não há decisão sobre este item.`,`There is no decision about this item.`],countedOn:[`contado em {0}`,`counted on {0}`],on:[`em`,`on`],forecastUse:[`com que o pedido conta`,`what the order assumes`],runsOutOn:[`acaba em {0}`,`runs out on {0}`],doesNotRunOut:[`não acaba`,`does not run out`],arrivesOn:[`chega em {0}`,`arrives on {0}`],ifOrderedOn:[`se pedido em {0}`,`if ordered on {0}`],daysWithout:[`Sem estoque`,`Without stock`],noneWithout:[`nenhum dia`,`no day`],atLeastDays:[`{0} dias ou mais`,`{0} days or more`],withoutWhen:[`de {0} a {1}: faltam cerca de {2}`,`from {0} to {1}: about {2} short`],evenIfOrdered:[`mesmo pedindo hoje`,`even if ordered today`],whySoMany:[`Por que {0}?`,`Why {0}?`],whyNone:[`Por que nada a pedir?`,`Why nothing to order?`],noBill:[`Sem estoque conhecido não há conta: conte o estoque.`,`Without known stock there is no sum: count it.`],sumUse:[`{0} de uso até chegar`,`{0} of use until it arrives`],sumNext:[`{0} até a compra seguinte`,`{0} until the next purchase`],sumSafety:[`{0} de segurança`,`{0} of safety stock`],sumOnHand:[`{0} em estoque`,`{0} on hand`],sumOnOrder:[`{0} a caminho`,`{0} on its way`],sumRounded:[`{0}; com pedido mínimo e múltiplos, {1}`,`{0}; with minimum order and multiples, {1}`],terms:[`Prazo de {0} dias; pedidos a cada {1} dias.`,`Lead time {0} days; orders every {1} days.`],ofCycles:[`das reposições sem falta`,`of replenishments without a stockout`],ofPieces:[`das peças entregues do estoque`,`of pieces delivered from stock`],minimumIs:[`Pedido mínimo {0}.`,`Minimum order {0}.`],safetyIs:[`Segurança de {0} acima da demanda esperada no prazo: {1} porque o uso varia (num dia típico, ± {2}) e {3} porque o prazo varia (± {4} dias), para cumprir {5} {6}.`,`Safety of {0} above the demand expected over the lead time: {1} because use varies (± {2} on a typical day) and {3} because the lead time varies (± {4} days), to keep {5} {6}.`],safetyOfUse:[`Segurança de {0} acima da demanda esperada no prazo, porque o uso varia (num dia típico, ± {1}), para cumprir {2} {3}.`,`Safety of {0} above the demand expected over the lead time, because use varies (± {1} on a typical day), to keep {2} {3}.`],coversIs:[`O pedido cobre {0} de uso ({1} por mês).`,`The order covers {0} of use ({1} a month).`],highestMonth:[`O mês de maior uso dos últimos {0} teve {1} ({2}).`,`The busiest of the last {0} months used {1} ({2}).`],wereTooLow:[`Nos últimos {0} testes a previsão ficou {1} abaixo do uso; a segurança conta com erros assim.`,`In the last {0} tests the forecast was {1} below use; the safety stock allows for such errors.`],wereTooHigh:[`Nos últimos {0} testes a previsão ficou {1} acima do uso.`,`In the last {0} tests the forecast was {1} above use.`],cappedBoth:[`Outro nível de serviço não muda o ponto de pedido, nem 90% nem 99,5%: o estoque já está no teto, uma vez e meia o maior uso visto em {0} dias (prazo e intervalo de compra).`,`Another service level does not move the reorder point, neither 90% nor 99.5%: stock is at its ceiling, one and a half times the most ever used in {0} days (lead time and time between orders).`],cappedAbove:[`Um nível de serviço maior não muda o ponto de pedido: o estoque já está no teto, uma vez e meia o maior uso visto em {0} dias (prazo e intervalo de compra).`,`A higher service level does not move the reorder point: stock is at its ceiling, one and a half times the most ever used in {0} days (lead time and time between orders).`],multipleIs:[`Em múltiplos de {0}.`,`In multiples of {0}.`],addToList:[`Pôr na lista de compras`,`Add to the purchase list`],onList:[`Na lista de compras`,`On the purchase list`],whatIf:[`E se…`,`What if…`],whatIfWhat:[`Mude um valor: o gráfico do estoque acompanha.`,`Change a value: the chart of stock follows.`],leadTimeDays:[`Prazo em dias`,`Lead time in days`],twoWeeksMore:[`+2 semanas`,`+2 weeks`],serviceLevel:[`Nível de serviço`,`Service level`],demand:[`Demanda`,`Demand`],ownQuantity:[`Minha quantidade`,`My quantity`],day:[`dia`,`day`],month:[`mês`,`month`],never:[`não acaba`,`never`],backToAdvice:[`Voltar à fórmula`,`Back to the formula`],addQuantity:[`Pôr {0} na lista de compras`,`Put {0} on the purchase list`],asItIs:[`Como está`,`As it is`],withChange:[`Com a mudança`,`With the change`],toOrder:[`Pedir`,`Order`],piecesShort:[`Faltam no período`,`Short meanwhile`],whatIfList:[`E se… para a lista inteira`,`What if… for the whole list`],whatIfListWhat:[`Mude um valor: compara-se o que se pede hoje com o que se pediria então.`,`Change a value: what is ordered today is compared with what would be ordered then.`],extraDays:[`Prazo maior em dias`,`Longer lead time in days`],atOrBelow:[`Em falta, vai faltar ou no ponto de pedido`,`Out, running out or at the reorder point`],sameLevel:[`o de cada item`,`that of each item`],firstLines:[`As primeiras {0} linhas por prioridade, com a mudança`,`The first {0} lines by priority, with the change`],putThese:[`Pôr estas quantidades na lista de compras`,`Put these quantities on the purchase list`],stockTitle:[`Estoque projetado, 90 dias`,`Projected stock, 90 days`],stockChart:[`Estoque projetado de {0}`,`Projected stock of {0}`],lower80:[`de (80%)`,`from (80%)`],upper80:[`até (80%)`,`to (80%)`],withoutOrder:[`sem pedido`,`without order`],withOrder:[`com o pedido`,`with the order`],adviceToday:[`com o pedido de hoje`,`with today's order`],reorderPoint:[`Ponto de pedido`,`Reorder point`],orderUpTo:[`repor até`,`order up to`],useTitle:[`Uso e previsão`,`Use and forecast`],byMonth:[`Por mês`,`By month`],byDay:[`Por dia`,`By day`],byWeek:[`Por semana`,`By week`],used:[`uso`,`use`],forecast:[`Previsão`,`Forecast`],meanPerMonth:[`Em média {0} por mês.`,`{0} a month on average.`],useIsForecast:[`O pedido conta com {0} por mês, como a previsão.`,`The order assumes {0} a month, as forecast.`],useIsMixed:[`O pedido conta com {0} por mês, entre a média de toda a história e a previsão ({1}): com uso irregular, foi o que errou menos nos testes.`,`The order assumes {0} a month, between the mean of all history and the forecast ({1}): where use is irregular, that was least wrong in tests.`],forecastUntil:[`A previsão vai até {0}: o último mês pode estar incompleto.`,`The forecast ends on {0}: the last month may be incomplete.`],seeAll:[`Ver todos`,`See all`],othersOf:[`Também a pedir de {0}`,`Also to order from {0}`],sources:[`Como a previsão foi feita`,`How the forecast was made`],classIs:[`Demanda {0}.`,`Demand: {0}.`],championIs:[`O pedido segue o método em destaque.`,`The order follows the highlighted method.`],source:[`Método`,`Method`],quantileLoss:[`Erro das faixas`,`Error of bands`],bias:[`Viés`,`Bias`],coverage80:[`Na faixa de 80%`,`In the 80% band`],skill:[`Melhor que repetir`,`Better than repeating`],rmsse:[`Erro por período`,`Error by period`],forecastTotal:[`Previsto por mês`,`Forecast per month`],noMetrics:[`Sem erros medidos: não houve teste com o passado.`,`No errors measured: there was no backtest.`],glossary:[`O que estes números dizem`,`What these figures say`],quantileLossIs:[`Distância entre a demanda e as faixas previstas, em escala igual para todos os itens. Zero seria perfeito; vale comparar os métodos.`,`Distance of demand from the forecast bands, on the same scale for all items. Zero would be perfect; compare the methods.`],rmsseIs:[`Erro típico de um período em relação ao de repetir o último valor. Abaixo de 1 é melhor do que repetir.`,`Typical error of a period relative to repeating the last value. Below 1 is better than repeating.`],errorIs:[`Soma dos desvios dividida pela demanda. 30% quer dizer: a cada 100 peças usadas, a previsão errou 30.`,`Sum of deviations over demand. 30% means: of 100 pieces used, 30 were missed.`],biasIs:[`Tendência: acima de zero, a previsão passa do uso; abaixo, fica aquém.`,`Tendency: above zero, forecasts are higher than use; below, lower.`],coverage80Is:[`Quantas vezes a demanda caiu na faixa prevista. O certo é perto de 80%.`,`How often demand fell into the forecast band. Right is near 80%.`],skillIs:[`Ganho sobre o método mais simples, que repete o mesmo período da última estação.`,`Gain over the simplest method, which repeats the same period of the last season.`],winsIs:[`Itens em que o método errou menos do que todos os outros.`,`Items for which the method was closer than all others.`],reorderPointIs:[`Estoque em que se pede. Cumpre o prometido se, até o pedido chegar, não falta nada em tantas reposições quantas se prometeram.`,`Stock at which one orders. It keeps its promise if, until the order arrives, nothing runs out in as many replenishments as promised.`],classSmoothIs:[`Sai quase todo dia, em quantidades parecidas.`,`Used almost daily, in similar quantities.`],classErraticIs:[`Sai quase todo dia, em quantidades muito diferentes.`,`Used almost daily, in very different quantities.`],classIntermittentIs:[`Sai de vez em quando, em quantidades parecidas.`,`Used now and then, in similar quantities.`],classLumpyIs:[`Sai de vez em quando, em quantidades muito diferentes.`,`Used now and then, in very different quantities.`],sourceEnsemble:[`combina os outros métodos, com mais peso para os que erram menos`,`combines the other methods, with more weight for those that come closer`],sourceArima:[`estatística: cada dia em função dos dias anteriores`,`statistics: each day from the days before`],sourceEts:[`estatística: nível, tendência e estação`,`statistics: level, trend and season`],sourceProphet:[`tendência, estação e feriados`,`trend, season and holidays`],sourceLstm:[`rede neural`,`neural network`],sourceNaive:[`repete a última estação: a referência dos outros`,`repeats the last season: what the others are measured against`],windows:[`O que se previu no passado, e o que veio`,`What was forecast in the past, and what came`],forecastOn:[`Previsto em`,`Forecast on`],until:[`Até`,`Until`],actual:[`Veio`,`Came`],difference:[`Diferença`,`Difference`],classSmooth:[`regular`,`smooth`],classErratic:[`errática`,`erratic`],classIntermittent:[`intermitente`,`intermittent`],classLumpy:[`irregular em lotes`,`lumpy`],managerTitle:[`Painel do gestor`,`Manager's panel`],stockValue:[`Valor em estoque`,`Value of stock`],excessValue:[`Excesso`,`Excess`],ordersDue:[`Pedir agora`,`Order now`],byWeekTitle:[`Pedidos por semana`,`Orders by week`],byWeekNote:[`Agora é o que vence hoje, como na lista. Depois, pela última data para pedir; o valor só se conhece do que já vence.`,`Now is what is due today, as in the list. Then by the last day to order; the value is known of what is due.`],week:[`Semana`,`Week`],share:[`Parte`,`Share`],thisWeek:[`Resto da semana`,`Rest of the week`],rightNow:[`Agora`,`Now`],bySupplierTitle:[`A pedir por fornecedor`,`To order by supplier`],serviceTitle:[`Quanto custa cada nível de serviço`,`What each service level costs`],serviceNote:[`Estoque de segurança: {0} com 90% das reposições sem falta, {1} com 95%, {2} com 99%.`,`Safety stock: {0} at 90% of replenishments without a stockout, {1} at 95%, {2} at 99%.`],safetyStock:[`Estoque de segurança`,`Safety stock`],noCosts:[`Os itens não têm custo: informe unit_cost em items.`,`Items have no cost: state unit_cost in items.`],matrixTitle:[`Classe ABC e situação`,`ABC class and status`],matrixNote:[`Conta-se como nos cartões de Hoje: Pedir agora inclui o que está em falta ou vai faltar. A: os primeiros 80% do valor consumido; B: até 95%; C: o resto.`,`Counted as on the cards of Today: Order now includes what is out of stock or will run out. A: the first 80% of the value used; B: to 95%; C: the rest.`],abcClass:[`Classe`,`Class`],noClass:[`Sem classe`,`No class`],biasTitle:[`Viés da previsão por mês`,`Forecast bias by month`],biasNote:[`Acima de zero, a previsão passou do uso; abaixo, ficou aquém. No teste com o passado.`,`Above zero, forecasts were higher than use; below, lower. In the backtest.`],noBacktest:[`Não houve teste com o passado.`,`There was no backtest.`],doubtfulTitle:[`Itens a conferir`,`Items to check`],nothingDoubtful:[`Todos os itens têm estoque e cadastro.`,`All items have stock and master data.`],stockUnknown:[`estoque desconhecido`,`stock unknown`],idleAndComing:[`{0} parado, {1} a caminho`,`{0} idle, {1} on its way`],noLeadTime:[`sem prazo`,`no lead time`],noCost:[`sem custo`,`no cost`],trustTitle:[`Confiança e operação`,`Trust and operation`],verdictKept:[`As promessas se cumprem: com 95% prometidos, {0} das reposições passaram sem falta no teste com o passado.`,`Promises are kept: with 95% promised, {0} of replenishments had no stockout in the backtest.`],verdictShort:[`Foram prometidos 95% das reposições sem falta e cumpridos {0}. Abaixo fica a demanda {1}: esses itens faltam mais do que o prometido; nos outros a promessa se cumpre.`,`95% of replenishments without a stockout were promised, {0} were achieved. {1} demand falls short: those items run out more often than promised; for the others the promise is kept.`],verdictAllShort:[`Foram prometidos 95% das reposições sem falta e cumpridos só {0}: conte com mais faltas do que o prometido.`,`95% of replenishments without a stockout were promised and only {0} achieved: expect more stockouts than promised.`],and:[`e`,`and`],promisesTitle:[`Prometido e cumprido`,`Promised and achieved`],promisesNote:[`O que se cumpriu, medido com demanda que a previsão não tinha visto.`,`What was achieved, measured on demand that the forecast had not seen.`],promised:[`Prometido`,`Promised`],achieved:[`Cumprido`,`Achieved`],band80:[`Faixa de 80%`,`80% band`],band95:[`Faixa de 95%`,`95% band`],bands:[`Faixas da previsão`,`Bands of the forecast`],reorderPointOf:[`Ponto de pedido, demanda`,`Reorder point, demand`],promisedLevel:[`prometido {0}`,`promised {0}`],cycles:[`Reposições`,`Replenishments`],leaderboardTitle:[`Que método prevê melhor`,`Which method forecasts best`],leaderboardNote:[`Média dos itens no teste com o passado; menos é melhor.`,`Mean over items in the backtest; less is better.`],wins:[`Itens em que vence`,`Items won`],horizonTitle:[`Erro por antecedência`,`Error by how far ahead`],horizonNote:[`Erro: soma dos desvios sobre a demanda.`,`Error: sum of deviations over demand.`],periodsAhead:[`Períodos à frente`,`Periods ahead`],error:[`Erro`,`Error`],inBand80:[`Na faixa de 80%`,`In the 80% band`],classTitle:[`Erro por tipo de demanda`,`Error by kind of demand`],demandClass:[`Demanda`,`Demand`],reportsTitle:[`O que se leu dos arquivos`,`What was read from the files`],severityInfo:[`Lido`,`Read`],severityWarning:[`Aviso`,`Warning`],severityRejected:[`Deixado de fora`,`Left out`],forExample:[`por exemplo`,`for example`],noReport:[`Sem relatório de leitura.`,`No reading report.`],operationTitle:[`Operação`,`Operation`],serves:[`Servindo a publicação {0}`,`Serving snapshot {0}`],isPinned:[`fixada na {0}`,`pinned to {0}`],versionIs:[`Lakecast {0}`,`Lakecast {0}`],cacheIs:[`cache {0}: {1}`,`cache {0}: {1}`],healthy:[`em ordem`,`healthy`],unhealthy:[`com problema`,`unhealthy`],leftOut:[`Ficou de fora {0}:`,`Left out {0}:`],adminKey:[`Chave de administrador`,`Administrator's key`],keyNote:[`A chave fica só na memória desta aba.`,`The key stays in this tab's memory only.`],refresh:[`Atualizar`,`Refresh`],refreshed:[`Atualizado: serve-se a publicação {0}.`,`Refreshed: snapshot {0} is served.`],unchanged:[`Nada novo: a publicação {0} continua.`,`Nothing new: snapshot {0} goes on.`],rejected:[`A publicação nova foi recusada; a {0} continua.`,`The new snapshot was rejected; {0} goes on.`],pin:[`Fixar`,`Pin`],pinned:[`Fixada a publicação {0}.`,`Snapshot {0} is pinned.`],unpin:[`Soltar`,`Unpin`],unpinned:[`Solta: serve-se a mais nova.`,`Unpinned: the newest is served.`],isPinnedShort:[`fixada`,`pinned`],isServed:[`servida`,`served`],wrongKey:[`Chave errada ou ausente.`,`Wrong or missing key.`],forbidden:[`Esta chave não pode fazer isso.`,`This key may not do that.`],rateLimited:[`Tentativas demais: espere um minuto.`,`Too many attempts: wait a minute.`],snapshot:[`Publicação`,`Snapshot`],publishedAt:[`Publicada em`,`Published`],datasets:[`Conjuntos de dados`,`Data sets`],tables:[`Tabelas e versões`,`Tables and versions`],nTables:[`{0} tabelas`,`{0} tables`],nRows:[`{0} linhas`,`{0} rows`]};function Y(e,...t){return ln[e][cn.value===`pt`?0:1].replace(/\{(\d)\}/g,(e,n)=>String(t[Number(n)]??``))}var un=()=>cn.value===`pt`?`pt-BR`:`en-GB`,X=`–`,dn=new Map;function fn(e){let t=un()+JSON.stringify(e),n=dn.get(t);return n||dn.set(t,n=new Intl.NumberFormat(un(),e)),n}function Z(e){return e==null?X:fn({maximumFractionDigits:Math.abs(e)>=10?0:1}).format(e+0)}function pn(e,t){return e==null?X:`${Z(e)} ${t??Y(`pieces`)}`}function mn(e,t){if(e==null)return X;let n=Math.abs(e)>=100||Number.isInteger(e)?0:2;return gn(e,t,{minimumFractionDigits:n,maximumFractionDigits:n})}function hn(e,t){return e==null?X:Math.abs(e)<1e4?mn(Math.round(e),t):gn(e,t,{notation:`compact`,maximumFractionDigits:+(Math.abs(e)>=1e6)})}function gn(e,t,n){return fn(t?{style:`currency`,currency:t,currencyDisplay:`narrowSymbol`,...n}:n).format(e)}function _n(e,t=!1,n=0){return e==null?X:fn({style:`percent`,maximumFractionDigits:n,signDisplay:t?`exceptZero`:`auto`}).format(e)}function vn(e){return e==null?X:fn({maximumSignificantDigits:2}).format(e)}var yn=864e5,bn=300;function Q(e){return new Date(`${e}T00:00:00`)}function xn(e,t=new Date){if(e==null)return X;let n=Q(e.slice(0,10)),r=Math.abs(n.getTime()-t.getTime())>bn*yn;return n.toLocaleDateString(`en-GB`,{day:`2-digit`,month:`2-digit`,...r?{year:`numeric`}:{}})}function Sn(e){let t=new Date(e);return`${xn(wn(t))}, ${t.toLocaleTimeString(`en-GB`,{hour:`2-digit`,minute:`2-digit`})}`}function Cn(e,t){return xn(wn(new Date(Q(e).getTime()-(t-.5)*yn)))}function wn(e){return`${e.getFullYear()}-${String(e.getMonth()+1).padStart(2,`0`)}-${String(e.getDate()).padStart(2,`0`)}`}function Tn(e){return`${e.toLocaleDateString(un(),{month:`short`}).replace(`.`,``)}/${String(e.getFullYear()).slice(2)}`}function En(e,t){let n=new Date(t.getFullYear(),t.getMonth(),t.getDate());return Math.round((n.getTime()-Q(e).getTime())/yn)}function Dn(e){return e==null?X:e>365?An(e):Y(Math.floor(e)===1?`oneDay`:`nDays`,Z(Math.floor(e)))}var On=3650,kn=24;function An(e){if(e==null)return X;if(e>=On)return Y(`overTenYears`);let t=e/Pn;if(t>=kn)return Y(`nYears`,Z(t/12));let n=Z(t);return Y(n===`1`?`oneMonth`:`nMonths`,n)}var jn=60;function Mn(e,t){let n=En(e,Q(t));return n<=0?``:Y(`agoIs`,n<jn?Y(n===1?`oneDay`:`nDays`,n):An(n))}function Nn(e,t){return e==null?X:t===`DAILY`||t===`WEEKLY`?xn(e):Tn(Q(e))}var Pn=365/12;function Fn(e){return e.replace(/ \([^)]*--[^)]*\)|,? (?:conforme|as) --\S+ \S+(?: says)?/g,``).replace(/ on (?=\d{4}-)/g,` ${Y(`on`)} `).replace(/\b(\d{4})-(\d\d)-(\d\d)\b/g,`$3/$2/$1`)}var In=0;Array.isArray;function $(e,n,r,i,a,o){n||={};var s,c,l=n;if(`ref`in l)for(c in l={},n)c==`ref`?s=n[c]:l[c]=n[c];var u={type:e,props:l,key:r,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:--In,__i:-1,__u:0,__source:a,__self:o};if(typeof e==`function`&&(s=e.defaultProps))for(c in s)l[c]===void 0&&(l[c]=s[c]);return t.vnode&&t.vnode(u),u}var Ln={today:`M4 6h16M4 12h16M4 18h9`,buy:`M3 4h2l2.4 11h10.2L20 7H6.2M9 20h.01M17 20h.01`,manager:`M4 20V10M10 20V4M16 20v-7M21 20H3`,trust:`M12 3l8 3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9V6zM8.500 12l2.500 2.500 4.500-5`,search:`M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5`,sun:`M12 7a5 5 0 100 10 5 5 0 000-10zM12 1v2M12 21v2M1 12h2M21 12h2M4.200 4.200l1.400 1.400M18.400 18.400l1.400 1.400M4.200 19.800l1.400-1.400M18.400 5.600l1.400-1.400`,moon:`M20 14a8 8 0 01-10-10 8 8 0 1010 10z`,auto:`M12 3a9 9 0 100 18 9 9 0 000-18zM12 3v18`,clock:`M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2`,undo:`M4 9h10a6 6 0 010 12h-3M4 9l4-4M4 9l4 4`,download:`M12 3v12M7 11l5 5 5-5M4 20h16`,copy:`M9 9h11v11H9zM5 15H4V4h11v1`,gear:`M12 9a3 3 0 100 6 3 3 0 000-6zM4 12h2M18 12h2M12 4v2M12 18v2M6.300 6.300l1.400 1.400M16.300 16.300l1.400 1.400M6.300 17.700l1.400-1.400M16.300 7.700l1.400-1.400`,close:`M5 5l14 14M19 5L5 19`,alert:`M12 3l10 18H2zM12 10v5M12 18h.01`,check:`M4 12l5 5L20 6`,down:`M6 9l6 6 6-6`,back:`M15 5l-7 7 7 7`};function Rn({name:e}){return $(`svg`,{class:`icon`,viewBox:`0 0 24 24`,"aria-hidden":`true`,focusable:`false`,children:$(`path`,{d:Ln[e]})})}function zn(e){return e.action===`CHECK_DATA`||e.alert===`UNKNOWN`?`check`:e.alert===`CRITICAL`?(e.onHand??0)<=0?`out`:`short`:e.action===`ORDER`?`order`:e.action===`EXPEDITE`?`expedite`:e.action===`WATCH`?`watch`:e.action===`REDUCE`?`excess`:`ok`}var Bn={out:`statusOut`,short:`statusShort`,order:`statusOrder`,expedite:`statusExpedite`,watch:`statusWatch`,excess:`statusExcess`,check:`statusCheck`,ok:`statusOk`},Vn={CRITICAL:`levelCritical`,HIGH:`levelHigh`,MEDIUM:`levelMedium`,OK:`levelOk`,UNKNOWN:`levelUnknown`},Hn=[`pedir`,`falta`,`vai-faltar`,`acompanhar`,`excesso`,`ordem`,`conferir`,`todos`],Un={pedir:`statusOrder`,falta:`statusOut`,"vai-faltar":`statusShort`,acompanhar:`statusWatch`,excesso:`statusExcess`,ordem:`statusOk`,conferir:`statusCheck`,todos:`statusAll`};function Wn(e){return Hn.find(t=>t===e)??`pedir`}var Gn={pedir:{action:{in:[`ORDER`,`EXPEDITE`]}},falta:{alert:{eq:`CRITICAL`},onHand:{lte:0}},"vai-faltar":{alert:{eq:`CRITICAL`},onHand:{gt:0}},acompanhar:{action:{eq:`WATCH`}},excesso:{action:{eq:`REDUCE`}},ordem:{action:{eq:`NONE`}},conferir:{action:{eq:`CHECK_DATA`}},todos:{}};function Kn(e){return e.action!==`ORDER`||e.stockoutDate===null||e.arrivalDate===null?0:Math.max(0,En(e.stockoutDate,Q(e.arrivalDate)))}function qn(e){let t=e.excess??0,n=Math.min(t,e.onOrder??0);return{standing:t-n,coming:n}}function Jn(e){return e.length===0?[]:[{not:{or:e.map(e=>({datasetId:{eq:e.datasetId},itemId:{eq:e.itemId}}))}}]}function Yn(e){let t=e.orderUpTo-(e.position??0);if(t<=0)return 0;let n=Math.max(t,e.minOrderQuantity),r=e.orderMultiple>0?e.orderMultiple:1;return Math.ceil(n/r-1e-9)*r}var Xn=!0;function Zn({text:e,children:t}){let n=ke(null);return De(()=>{document.title=`${e} · Lakecast`},[e]),De(()=>{Xn||n.current?.focus({preventScroll:!0}),Xn=!1,scrollTo(0,0)},[]),$(`div`,{class:`title`,children:[$(`h1`,{ref:n,tabIndex:-1,children:e}),t]})}function Qn({status:e}){return $(`span`,{class:`pill ${e}`,children:Y(Bn[e])})}function $n({problem:e}){return e.kind===`empty`?$(`section`,{class:`card empty`,children:[$(`h2`,{children:Y(`emptyLake`)}),$(`p`,{children:Y(`emptyLakeWhat`)}),$(`pre`,{children:$(`code`,{children:[`lakecast run --data `,Y(`folder`),` --lake `,Y(`lake`)]})}),$(`p`,{class:`quiet`,children:Y(`emptyLakeThen`)})]}):e.kind===`gone`?$(`p`,{class:`quiet`,children:Y(`waitingForServer`)}):$(`p`,{class:`notice bad`,role:`alert`,children:[$(Rn,{name:`alert`}),` `,Y(`refused`),` `,e.message]})}function er(e,t){let n=e?.excessOnOrderValue??0,r=hn((e?.excessValue??0)-n,t);return n?`${Y(`idleValue`,r)}, ${Y(`comingExcess`,hn(n,t))}`:Y(`idleValue`,r)}function tr({children:e}){let[t,n]=Te(!1);return De(()=>{let e=setTimeout(()=>n(!0));return()=>clearTimeout(e)},[]),t?$(C,{children:e()}):$(`div`,{"aria-busy":`true`})}function nr(){return $(`div`,{class:`skeleton`,role:`status`,"aria-label":Y(`loading`),children:[$(`div`,{}),$(`div`,{}),$(`div`,{})]})}function rr({values:e}){let t=e.map(e=>e??0),n=Math.max(...t);if(t.length<3||n<=0)return null;let r=64/t.length,i=t.map((e,t)=>{let i=Math.max(1,e/n*20);return`M${(t*r).toFixed(1)} 20v${-i.toFixed(1)}h${(r-1.5).toFixed(1)}v${i.toFixed(1)}z`});return $(`svg`,{class:`spark`,viewBox:`0 0 64 20`,"aria-hidden":`true`,children:[$(`path`,{d:i.slice(0,-1).join(``)}),$(`path`,{class:`last`,d:i.at(-1)})]})}function ir({title:e,children:t,note:n,class:r=``}){return $(`section`,{class:`card ${r}`,children:[$(`h2`,{children:e}),t,n?$(`p`,{class:`quiet`,children:n}):null]})}function ar({share:e,kind:t=``}){return $(`svg`,{class:`bar ${t}`,viewBox:`0 0 100 8`,preserveAspectRatio:`none`,"aria-hidden":`true`,children:[$(`rect`,{class:`rail`,width:`100`,height:`8`,rx:`2`}),$(`rect`,{class:`fill`,width:Math.max(0,Math.min(1,e))*100,height:`8`,rx:`2`})]})}function or({share:e}){let t=Math.min(1,Math.abs(e))*50;return $(`svg`,{class:`bar`,viewBox:`0 0 100 8`,preserveAspectRatio:`none`,"aria-hidden":`true`,children:[$(`rect`,{class:`rail`,width:`100`,height:`8`,rx:`2`}),$(`rect`,{class:`fill`,x:e<0?50-t:50,width:t,height:`8`}),$(`rect`,{class:`middle`,x:`49.75`,width:`0.5`,height:`8`})]})}function sr({label:e,children:t}){return $(`div`,{class:`scroll`,role:`region`,"aria-label":e,tabIndex:0,children:t})}var cr=4;function lr({rows:e,columns:t,label:n,mark:r}){let i=$(`table`,{class:t.length>cr?`data wide`:`data`,role:`table`,children:[$(`thead`,{role:`rowgroup`,children:$(`tr`,{role:`row`,children:t.map((e,t)=>$(`th`,{scope:`col`,role:`columnheader`,class:e.class,children:e.head},t))})}),$(`tbody`,{role:`rowgroup`,children:e.map((e,n)=>$(`tr`,{role:`row`,class:r?.(e),children:t.map((t,n)=>n===0?$(`th`,{scope:`row`,role:`rowheader`,"data-label":typeof t.head==`string`?t.head:void 0,children:t.cell(e)},n):$(`td`,{role:`cell`,class:t.mark?.(e)??t.class,"data-label":typeof t.head==`string`?t.head:void 0,children:t.cell(e)},n))},n))})]});return n===void 0?i:$(sr,{label:n,children:i})}function ur({id:e,factor:t,set:n}){return $(`input`,{id:e,type:`range`,min:`0.5`,max:`2`,step:`0.05`,value:t,"aria-valuetext":_n(t-1,!0),onInput:e=>{let t=Number(e.currentTarget.value);n(t===1?null:t)}})}export{nn as $,xn as A,ke as At,_n as B,Yn as C,Ct,Pn as D,ct as Dt,$ as E,gt as Et,An as F,C as Ft,cn as G,Fn as H,mn as I,Jt as J,Y as K,hn as L,En as M,De as Mt,vn as N,w as Nt,Mn as O,H as Ot,Sn as P,pe as Pt,Zt as Q,Tn as R,zn as S,bt as St,Rn as T,vt as Tt,Z as U,Nn as V,pn as W,Xt as X,Qt as Y,sn as Z,Un as _,yt as _t,tr as a,Kt as at,qn as b,mt as bt,sr as c,At as ct,Zn as d,Wt as dt,J as et,$n as f,Ot as ft,Gn as g,ht as gt,Hn as h,pt as ht,ur as i,rn as it,Cn as j,Te as jt,Dn as k,z as kt,or as l,zt as lt,Vn as m,Ut as mt,ir as n,tn as nt,nr as o,qt as ot,er as p,kt as pt,Yt as q,lr as r,$t as rt,Qn as s,Tt as st,ar as t,on as tt,rr as u,Dt as ut,Bn as v,St as vt,Jn as w,_t as wt,Wn as x,ft as xt,Kn as y,xt as yt,Q as z};