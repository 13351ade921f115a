// all.ts - everything that a page may use; web/kit.mjs takes it apart. SPDX-License-Identifier: Apache-2.0
import './main';
import './ota';
import './fields';
import './elements';
import './actions';
import './graph';
import './access';
import './wizard';
